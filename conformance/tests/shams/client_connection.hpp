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
  // Where the server would rather have us, empty for nowhere else.
  const std::string& location() const { return location_; }

 private:
  void on_head() override;
  bool on_one_head();
  void refuse();

  std::string key_;
  std::string location_;
  bool opened_ = false;
  int interims_ = 0;
};

}  // namespace sham
