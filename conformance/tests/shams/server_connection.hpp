// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connection.hpp"

namespace sham {

struct ServerAnswer;

class ServerConnection : public Connection {
 public:
  ServerConnection(Stream stream, const Options& options);

 private:
  void on_head() override;
  bool on_one_head();
  void refuse_with(const ServerAnswer& answer);

  bool half_answered_ = false;
};

}  // namespace sham
