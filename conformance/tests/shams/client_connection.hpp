// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "client_handshake.hpp"
#include "connection.hpp"
#include "url.hpp"

namespace sham {

class ClientConnection : public Connection {
 public:
  // Sends the request at once. With a handler, messages go there instead of back.
  ClientConnection(Stream stream, const Url& url, const Options& options, Session::Handler handler);

  // Whether the opening handshake was completed.
  bool opened() const { return opened_; }
  // Refused, and kept open for nothing.
  bool parked() const { return parked_; }
  // Where the server would rather have us, empty for nowhere else.
  const std::string& location() const { return location_; }

 private:
  void on_head() override;
  bool on_one_head();
  bool asks_again(const ResponseVerdict& verdict, const std::string& behind);
  void refuse(bool by_http = false);

  Url url_;
  std::string key_;
  std::string location_;
  bool opened_ = false;
  bool asked_again_ = false, parked_ = false;
  int interims_ = 0;
};

}  // namespace sham
