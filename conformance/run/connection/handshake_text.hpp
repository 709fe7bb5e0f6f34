// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "case/setup_header.hpp"
#include "case/step.hpp"
#include "run/connection/payload_maker.hpp"
#include "wire/http.hpp"

namespace conform {

// What a valid handshake is made of, before a case changes it.
struct HandshakeFacts {
  std::string host, port, authority, path;
  std::string key;        // the client's
  std::string other_key;  // one that is not the client's
  std::string subprotocol, origin;
  std::string target, url;            // client role: what this case is asked for by
  std::vector<SetupHeader> demanded;  // what the server wants to see in every request
  std::string extensions;             // offer or answer of the setup; empty = none
  std::map<std::string, std::string> placeholders() const;
};

wire::Octets build_upgrade(const Handshake& changes, const HandshakeFacts& facts,
                           const PayloadMaker& payloads);
wire::Octets build_request(const Handshake& changes, const HandshakeFacts& facts,
                           const PayloadMaker& payloads);
wire::Octets build_response(const Handshake& changes, const HandshakeFacts& facts,
                            const PayloadMaker& payloads);
// A plain response (setup http): 200 without content, unless the case says otherwise.
wire::Octets build_http_response(const Handshake& changes, const HandshakeFacts& facts,
                                 const PayloadMaker& payloads);

// Replaces {host}, {authority}, {key}, {accept} and their like.
std::string fill_placeholders(const std::string& text, const HandshakeFacts& facts);
// "{demanded}" in a request written out by hand: the header lines that the server wants.
std::string fill_demanded(std::string text, const HandshakeFacts& facts);

}  // namespace conform
