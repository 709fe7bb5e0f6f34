// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "fault.hpp"

namespace sham {
namespace {

std::string dashed(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

template <typename Enum>
std::optional<Enum> find(std::span<const Row> rows, std::string_view name, Role role) {
  const std::string wanted = dashed(name);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].name == wanted && row_is_for(rows[i], role)) {
      return static_cast<Enum>(i + 1);
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const Row> fault_rows() {
  static const std::vector<Row> rows = {
#define SHAM_FAULT(name, roles, area, text, section) \
  {dashed(#name), Role::roles, area, text, section},
#include "faults_client_handshake.inc"
#include "faults_close.inc"
#include "faults_deflate.inc"
#include "faults_frames.inc"
#include "faults_handshake.inc"
#include "faults_other.inc"
#undef SHAM_FAULT
  };
  return rows;
}

std::span<const Row> oddity_rows() {
  static const std::vector<Row> rows = {
#define SHAM_ODDITY(name, roles, text, section) \
  {dashed(#name), Role::roles, "oddity", text, section},
#include "oddities.inc"
#undef SHAM_ODDITY
  };
  return rows;
}

std::optional<Fault> find_fault(std::string_view name, Role role) {
  return find<Fault>(fault_rows(), name, role);
}

std::optional<Oddity> find_oddity(std::string_view name, Role role) {
  return find<Oddity>(oddity_rows(), name, role);
}

}  // namespace sham
