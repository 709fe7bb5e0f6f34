// SPDX-License-Identifier: Apache-2.0
// The shapes that a library's functions have in C; DRIVER.md says where each comes from.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace driver {

// What a function answers.
enum class ResultShape : std::uint8_t { code, block, structure };
// What an HTTP handler returns.
enum class HandlerShape : std::uint8_t { body, response, full_response };
// What websocket_connect takes beside the URL: a handler, a handler's name, nothing.
enum class ConnectShape : std::uint8_t { handler, name, url };

const char* name_of(ResultShape shape);
const char* name_of(HandlerShape shape);
const char* name_of(ConnectShape shape);

// What was declared; the rest is found out, or as the text has it.
struct Abi {
  std::optional<ResultShape> result;
  std::optional<HandlerShape> handler;
  std::optional<ConnectShape> connect;
};

// "result=block,handler=response" in addition to what `abi` has; an empty string, or what is wrong.
std::string read_abi(const std::string& text, Abi& abi);
// As read_abi takes it.
std::string text_of(const Abi& abi);

}  // namespace driver
