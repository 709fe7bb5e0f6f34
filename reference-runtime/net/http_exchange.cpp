// SPDX-License-Identifier: Apache-2.0
#include "net/http_exchange.hpp"

#include <new>

namespace osprey::net {
namespace {

// One a thread: requests follow each other without fresh memory.
thread_local std::unique_ptr<HttpExchange> spare;

}  // namespace

ExchangePtr borrow_exchange(std::size_t header_block) {
  if (spare == nullptr) {
    return ExchangePtr(new HttpExchange(header_block));
  }
  spare->head.restart(header_block);
  return ExchangePtr(spare.release());
}

void GiveBack::operator()(HttpExchange* exchange) const noexcept {
  std::unique_ptr<HttpExchange> over(exchange);
  if (over->body.upload() != nullptr) {
    over->body.upload()->cut();
  }
  if (spare == nullptr && over->body.clear()) {
    over->request = {};
    over->reader.reset();
    over->stream.reset();
    over->close_after = false;
    spare = std::move(over);
  }
}

bool BodyStore::clear() noexcept {
  constexpr std::size_t kKept = 4096;
  if (memory_.capacity() > kKept) {
    return false;
  }
  memory_.clear();
  upload_.reset();
  failed_ = false;
  return true;
}

void BodyStore::on_body(wire::ConstOctets part) {
  if (upload_ != nullptr) {
    upload_->write(part);
    return;
  }
  try {
    memory_.append(wire::text_of(part));
  } catch (const std::bad_alloc&) {
    failed_ = true;
  }
}

void BodyStore::hand_to(std::shared_ptr<Upload> upload) {
  upload_ = std::move(upload);
  upload_->write(wire::octets_of(memory_));
  memory_ = {};
}

}  // namespace osprey::net
