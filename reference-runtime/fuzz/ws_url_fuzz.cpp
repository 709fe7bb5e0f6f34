// SPDX-License-Identifier: Apache-2.0
// Any URL: what is taken apart must make a request that a server reads.
#include "check.hpp"
#include "wire/handshake_client.hpp"
#include "wire/handshake_server.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  const auto url = parse_ws_url(text_of({data, size}));
  if (!url.ok()) {
    MUST_HOLD(!url.failure().detail.empty());
    return 0;
  }
  Buffer out;
  const UpgradeOffer offer{.resource = url.value().resource,
                           .authority = url.value().authority,
                           .key = "dGhlIHNhbXBsZSBub25jZQ=="};
  MUST_HOLD(append_upgrade_request(offer, out).ok());
  HeadReader reader(out.size());
  MUST_HOLD(reader.feed(out.octets()) == out.size());
  const auto request = read_upgrade_request(reader.text());
  MUST_HOLD(request.ok());
  MUST_HOLD(request.value().target == url.value().resource);
  return 0;
}
