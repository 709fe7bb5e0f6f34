// SPDX-License-Identifier: Apache-2.0
// A server's side of the opening handshake: any request, and the answer to it.
#include "head_fuzz.hpp"
#include "wire/handshake_client.hpp"
#include "wire/handshake_server.hpp"

namespace osprey::wire::fuzz {
namespace {

std::optional<std::string> answer_head(const Buffer& out) {
  return head_of(out.octets(), HeadKind::response);
}

void accept(const UpgradeRequest& request) {
  const DeflateSettings settings;
  UpgradeAnswer answer;
  answer.deflate = choose_deflate(request.extensions, settings);
  if (!request.subprotocols.empty()) {
    answer.subprotocol = request.subprotocols.back();
  }
  Buffer out;
  MUST_HOLD(append_acceptance(request, answer, out) == WireError::none);
  const std::optional<std::string> head = answer_head(out);
  MUST_HOLD(head.has_value());
  const UpgradeOffer offer{.key = request.key, .subprotocols = request.subprotocols};
  const auto checked = check_upgrade_response(*head, offer);
  MUST_HOLD(answer.deflate.has_value() ? checked.error() == WireError::extension_not_offered
                                       : checked.ok());
}

void refuse(const Failure& failure) {
  Buffer out;
  append_refusal(failure.error, failure.detail, out);
  const std::optional<std::string> head = answer_head(out);
  MUST_HOLD(head.has_value());
  const auto response = parse_response_head(*head);
  MUST_HOLD(response.ok());
  MUST_HOLD(response.value().status >= 400);
}

}  // namespace
}  // namespace osprey::wire::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osprey::wire;
  const std::optional<std::string> head = fuzz::head_of({data, size}, HeadKind::request);
  if (head.has_value()) {
    const auto request = read_upgrade_request(*head);
    if (request.ok()) {
      fuzz::accept(request.value());
    } else {
      fuzz::refuse(request.failure());
    }
  }
  return 0;
}
