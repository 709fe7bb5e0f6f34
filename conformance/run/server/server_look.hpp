// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "run/connection/channel.hpp"
#include "run/connection/handshake_text.hpp"

namespace conform {

// What a look at a server comes to.
enum class LookEnd : std::uint8_t {
  served,       // it can be tested
  unreachable,  // no connection
  tls_failed,   // the TLS handshake came to no good end
  tls_silent,   // it was not answered
  tls_there,    // asked in plain, it speaks TLS
  plain_there,  // asked for TLS, it speaks plain HTTP
  silent,       // the request was not answered
  ended,        // the connection ended in place of an answer
  not_http,     // the answer is no HTTP
  refused,      // an HTTP answer other than 101
  closed,       // the first message was answered with the end of the connection
  unechoed,     // the echo that was declared did not come
  unanswered,   // neither a message nor a ping was answered
  illegal,      // what came breaks RFC 6455
};

struct LookResult {
  LookEnd end = LookEnd::served;
  std::string sent, came;  // for people
  wire::HttpHead head;     // refused: the answer
  std::string body;
  Manner manner;  // served
};

// One connection before the first case: is there a server, and what is its manner? HTTP servers
// have to answer a GET, WebSocket servers a handshake, and a message or a ping.
class ServerLook : public ChannelObserver {
 public:
  struct Options {
    bool http = false;
    std::optional<Manner> declared;  // the echo; nothing is found out about it
  };
  ServerLook(RunContext& context, Options options);
  ~ServerLook() override;
  ServerLook(const ServerLook&) = delete;
  ServerLook& operator=(const ServerLook&) = delete;

  bool decided() const { return state_ == State::decided; }
  const LookResult& result() const { return result_; }
  // Every message that came unasked.
  const std::vector<wire::Octets>& greeting() const { return greeting_; }

 private:
  enum class State : std::uint8_t {
    connecting,
    asking,
    echoing,
    pinging,
    wrapping,
    settling,
    decided
  };

  void on_change() override;
  void take_messages();
  void when_connecting();
  void when_asking();
  void when_echoing();
  void when_pinging();
  void when_wrapping();
  void say(const wire::Octets& text, std::uint8_t opcode);
  void settle(State state);
  void limit(Milliseconds span);
  void on_limit();
  void learn_envelope();
  void end(LookEnd how);
  bool broken();

  RunContext& context_;
  Options options_;
  PayloadMaker payloads_;
  HandshakeFacts handshake_;
  Channel channel_;
  State state_ = State::connecting;
  LookResult result_;
  std::vector<wire::Octets> said_;      // texts sent
  std::vector<wire::Octets> answers_;   // messages with those texts in them, in their order
  std::vector<wire::Octets> greeting_;  // all others
  std::size_t taken_ = 0;               // of the messages seen
  bool binary_back_ = false;
  bool late_ = false;  // the limit of the state is over
  TimerId timer_{};
};

// What a result means, in one plain sentence, and what to do.
std::string look_text(const LookResult& result, const Target& target, bool started);

// Asks for TLS, or for plain HTTP, whatever the target says: which of them is there?
class OtherScheme : public ConnectionEvents {
 public:
  OtherScheme(RunContext& context, bool to_tls);
  bool decided() const { return decided_; }
  bool answers() const { return answers_; }

 private:
  void on_connected() override;
  void on_failed(const ConnectFailure& why) override;
  void on_octets(std::string_view octets) override;
  void on_end(EndOfStream how) override;
  void decide(bool answers);

  bool to_tls_;
  bool decided_ = false, answers_ = false;
  TlsContext tls_;
  std::string host_;
  Connection connection_;
};

}  // namespace conform
