// SPDX-License-Identifier: Apache-2.0
#include "case/expected_text.hpp"

namespace conform {
namespace {

template <class Expectation>
std::string tolerated(const std::vector<Expectation>& list) {
  std::string out;
  for (const Expectation& one : list)
    out += (out.empty() ? "; or, allowed but not strict: " : "; or: ") + one.text;
  return out;
}

std::string of_call(const Step& step) {
  const LibraryStep& library = step.library;
  const std::string who = library.kind == LibraryStep::Kind::call
                              ? library.call.function + " answers "
                              : "the answer: ";
  return who + (library.expect ? library.expect->text : "Success") + tolerated(library.tolerate);
}

std::string of_ports(const LibraryStep& step) {
  std::string out;
  for (const auto& [port, state] : step.ports) {
    out += (out.empty() ? "port " : ", port ") + port;
    switch (state) {
      case PortState::refused:
        out += " refuses connections";
        break;
      case PortState::accepts:
        out += " takes connections";
        break;
      case PortState::free:
        out += " is free to listen on";
        break;
      case PortState::unused:
        out += " was not connected to";
        break;
      case PortState::unasked:
        out += " got no request: who connected has ended the connection";
        break;
      case PortState::knocked:
        out += " is connected to once, taken or refused";
        break;
    }
  }
  return out;
}

std::string of_measure(const MeasureExpect& most) {
  std::string out;
  const auto add = [&](const std::string& what) { out += (out.empty() ? "" : ", ") + what; };
  if (most.descriptors) add(std::to_string(*most.descriptors) + " descriptors");
  if (most.threads) add(std::to_string(*most.threads) + " threads");
  if (most.memory) add(std::to_string(*most.memory >> 10U) + " KiB");
  return "after the last round no more than after the first plus " + out;
}

std::string of_binds(const BindsExpect& binds) {
  std::string out = "at least " + std::to_string(binds.least) + " attempts to bind";
  if (binds.most) out += ", at most " + std::to_string(*binds.most);
  return out + (binds.growing ? ", with pauses that grow" : "");
}

}  // namespace

std::string expected_text(const Step& step) {
  if (step.kind == Step::Kind::expect) return step.expect.text + tolerated(step.tolerate);
  if (step.kind == Step::Kind::exchange) {
    return step.exchange.again ? "one more request of the same exchange, or its report"
                               : "the client asks " + step.exchange.method + " " +
                                     step.exchange.target + ", or reports an error";
  }
  switch (step.library.kind) {
    case LibraryStep::Kind::call:
    case LibraryStep::Kind::answer:
      return of_call(step);
    case LibraryStep::Kind::event:
      return step.library.event.none ? "no handler is called"
                                     : "a handler is called: " + step.library.event.text;
    case LibraryStep::Kind::port:
      return of_ports(step.library);
    case LibraryStep::Kind::measure:
      return of_measure(step.library.measure);
    case LibraryStep::Kind::binds:
      return of_binds(step.library.binds);
    default:
      return step.library.on.empty() ? "the step comes to its end"
                                     : "connection '" + step.library.on + "' is there and open";
  }
}

std::string expected_of_setup(const Case& one, Role role) {
  if (role == Role::library) return "the driver answers hello";
  const bool server = role == Role::server;
  if (one.setup == Setup::http && !server)
    return "the client sends its request, and its program reports and ends";
  if (one.setup != Setup::websocket && one.setup != Setup::deflate)
    return server ? "the connection is accepted" : "the client connects and sends its request";
  const std::string agreed =
      one.setup == Setup::deflate
          ? ", with permessage-deflate agreed on \"" + (server ? one.offer : one.answer) + "\""
          : "";
  return (server ? "a 101 to a valid opening handshake" : "the client takes a valid 101") + agreed +
         ", and the echo of a text message";
}

}  // namespace conform
