// SPDX-License-Identifier: Apache-2.0
// Names and addresses, by Poco.
#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstdint>
#include <osprey/result.hpp>
#include <string>
#include <vector>

namespace osprey::net {

// All addresses of a host (a name, an IPv4 or an IPv6 address without brackets). May block for as
// long as the system's resolver does.
Result<std::vector<Poco::Net::SocketAddress>> resolve(const std::string& host, std::uint16_t port);

// "127.0.0.1:9001", "[::1]:9001"; empty when the descriptor has no peer.
std::string address_of_peer(int fd);

// As in a URL or a message: IPv6 in brackets.
std::string text_of(const std::string& host, std::uint16_t port);

}  // namespace osprey::net
