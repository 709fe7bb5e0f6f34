// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What a sham does wrong, or differs in. A process has one fault or one oddity at most, set once in
// main() before anything else runs and only read afterwards; code asks for it at the one place
// where the behaviour is decided.
namespace sham {

enum class Role : std::uint8_t { server = 1, client = 2, both = 3 };

enum class Fault : std::uint16_t {
  none,
#define SHAM_FAULT(name, roles, area, text, section) name,
#include "faults_client_handshake.inc"
#include "faults_close.inc"
#include "faults_deflate.inc"
#include "faults_frames.inc"
#include "faults_handshake.inc"
#include "faults_other.inc"
#undef SHAM_FAULT
};

enum class Oddity : std::uint16_t {
  none,
#define SHAM_ODDITY(name, roles, text, section) name,
#include "oddities.inc"
#undef SHAM_ODDITY
};

// One row of the tables. `name` is written with dashes, as on the command line.
struct Row {
  std::string name;
  Role roles;
  std::string_view area;
  std::string_view text;
  std::string_view section;
};

struct Deviation {
  Fault fault = Fault::none;
  Oddity oddity = Oddity::none;
};

inline Deviation active_deviation;

inline bool fault(Fault which) {
  return active_deviation.fault == which;
}
inline bool odd(Oddity which) {
  return active_deviation.oddity == which;
}

// Row i describes enumerator i + 1.
std::span<const Row> fault_rows();
std::span<const Row> oddity_rows();

// The enumerator with this name if `role` can have it; the error names what is wrong with it.
std::optional<Fault> find_fault(std::string_view name, Role role);
std::optional<Oddity> find_oddity(std::string_view name, Role role);

inline bool row_is_for(const Row& row, Role role) {
  return (static_cast<unsigned>(row.roles) & static_cast<unsigned>(role)) != 0;
}

}  // namespace sham
