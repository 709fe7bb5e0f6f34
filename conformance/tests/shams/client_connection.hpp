// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "connection.hpp"
#include "url.hpp"

namespace sham {

class ClientConnection : public Connection {
 public:
  // Sends the request at once. With a handler, messages go there instead of back.
  ClientConnection(Stream stream, const Url& url, const Options& options, Session::Handler handler);

  // Whether the opening handshake was completed.
  bool opened() const { return opened_; }

 private:
  void on_head() override;
  void refuse();

  std::string key_;
  bool opened_ = false;
  int interims_ = 0;
};

}  // namespace sham
