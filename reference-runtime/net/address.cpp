// SPDX-License-Identifier: Apache-2.0
#include "net/address.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/IPAddress.h>

#include "net/io.hpp"

namespace osprey::net {

Result<std::vector<Poco::Net::SocketAddress>> resolve(const std::string& host, std::uint16_t port) {
  try {
    std::vector<Poco::Net::SocketAddress> addresses;
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(host, address)) {
      addresses.emplace_back(address, port);
      return addresses;
    }
    const Poco::Net::HostEntry entry = Poco::Net::DNS::hostByName(host);
    for (const auto& each : entry.addresses()) {
      addresses.emplace_back(each, port);
    }
    if (!addresses.empty()) {
      return addresses;
    }
  } catch (const Poco::Exception&) {
    // Poco's text names the host only; ours says what was wanted of it.
  }
  return Error{ErrorCode::address_unusable, "cannot resolve the host '" + host + "'", 0};
}

std::string address_of_peer(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (io().peer_address(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) {
    return {};
  }
  try {
    return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&storage), size).toString();
  } catch (const Poco::Exception&) {
    return {};
  }
}

std::string text_of(const std::string& host, std::uint16_t port) {
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace osprey::net
