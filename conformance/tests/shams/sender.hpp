// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "deflate.hpp"
#include "fault.hpp"
#include "frame.hpp"
#include "mask_source.hpp"
#include "negotiation.hpp"

namespace sham {

// Everything a session sends, as octets.
class Sender {
 public:
  Sender(Role role, const std::optional<DeflateParameters>& deflate);

  void message(bool is_text, std::string payload);
  void ping(std::string payload);
  void pong(std::string payload);
  // kNoCode = an empty body.
  void close(std::uint16_t code, std::string_view reason);
  void answer_close(std::uint16_t code);

  std::string& output() { return output_; }

 private:
  void frame(bool fin, std::uint8_t rsv, std::uint8_t opcode, std::string payload);
  void frames(std::uint8_t rsv, std::uint8_t opcode, const std::vector<std::string>& parts);
  bool masks(std::uint8_t opcode) const;
  bool compresses() const;
  std::vector<std::string> compressed_parts(const std::string& payload);

  Role role_;
  std::unique_ptr<Deflater> deflater_;
  MaskSource keys_;
  std::string output_;
};

}  // namespace sham
