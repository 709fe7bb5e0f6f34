// SPDX-License-Identifier: Apache-2.0
// A client's side of the opening handshake: any response, to an offer with deflate and to one
// without.
#include "head_fuzz.hpp"
#include "wire/handshake_client.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  const std::optional<std::string> head = fuzz::head_of({data, size}, HeadKind::response);
  if (!head.has_value()) {
    return 0;
  }
  static constexpr std::string_view kProtocols[] = {"chat", "superchat"};
  DeflateSettings settings;
  for (const DeflateSettings* deflate :
       {static_cast<const DeflateSettings*>(nullptr), &std::as_const(settings)}) {
    const UpgradeOffer offer{.resource = "/chat",
                             .authority = "server.example.com",
                             .key = "dGhlIHNhbXBsZSBub25jZQ==",
                             .subprotocols = kProtocols,
                             .deflate = deflate};
    const auto agreed = check_upgrade_response(*head, offer);
    if (agreed.ok()) {
      MUST_HOLD(agreed.value().head.status == 101);
      MUST_HOLD(deflate != nullptr || !agreed.value().deflate.has_value());
      MUST_HOLD(head->find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
    }
  }
  MUST_HOLD(!is_interim_response(*head) || head->substr(9, 3) != "101");
  return 0;
}
