// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

// Faults that change a value on its way, and faults that eat the machine.
namespace sham {

// What is done to a message between its coming in and its echo.
void spoil_message(bool& is_text, std::string& message);
// The payload a pong gets for a ping with `payload`; `first` was the first ping's.
std::string spoiled_pong(const std::string& payload, const std::string& first);
std::uint16_t spoiled_failure_code(std::uint16_t code);

// Keeps `size` octets of touched memory for ever, a gigabyte in all at most to spare the machine.
void hoard(std::uint64_t size);
// The same for a moment only, a quarter of a gigabyte at most.
void squander(std::uint64_t size);
// Keeps `size` octets and what a collector adds, until all of it is 32 MiB; then none of it.
void litter(std::uint64_t size);
// Counts to `steps` at full load.
void burn(std::uint64_t steps);
// Never returns, at full load.
[[noreturn]] void spin();

}  // namespace sham
