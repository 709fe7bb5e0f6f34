// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "certificates.hpp"
#include "support.hpp"

namespace osprey::test {
namespace {

ServerSettings secure(const Certificates& files) {
  auto settings = small_settings();
  settings.tls = ServerTls{files.certificate(), files.key()};
  return settings;
}

ClientSettings trusting(const Certificates& files) {
  ClientSettings settings;
  settings.tls.ca_file = files.authority();
  return settings;
}

TEST(Tls, EchoOfAllSizes) {
  const Certificates files;
  auto server = start(secure(files), echo_handlers());
  EXPECT_EQ(server.url().substr(0, 6), "wss://");
  Counter received;
  std::string last;
  std::mutex mutex;
  ClientHandlers handlers;
  handlers.on_message = [&](const Connection&, const Message& message) {
    {
      const std::lock_guard lock(mutex);
      last = message.text();
    }
    received.add();
  };
  auto client = WebSocketClient::connect(server.url(), trusting(files), handlers);
  ASSERT_TRUE(client) << client.error().message;
  std::size_t count = 0;
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 126, 16384, 65536, 3'000'000}) {
    const std::string sent(size, 't');
    ASSERT_TRUE(client.value().connection().send_text(sent));
    ASSERT_TRUE(received.wait_for(++count)) << size;
    const std::lock_guard lock(mutex);
    ASSERT_EQ(last, sent);
  }
  ASSERT_TRUE(client.value().connection().close());
  EXPECT_TRUE(client.value().wait().clean);
}

TEST(Tls, MuchBothWaysAtOnce) {
  const Certificates files;
  auto server = start(secure(files), echo_handlers());
  Counter received;
  ClientHandlers handlers;
  handlers.on_message = [&](const Connection&, const Message& message) {
    EXPECT_EQ(message.octets.size(), 250'000U);
    received.add();
  };
  auto settings = trusting(files);
  settings.limits.queued = 1'000'000'000;
  settings.deflate = false;
  auto client = WebSocketClient::connect(server.url(), settings, handlers);
  ASSERT_TRUE(client) << client.error().message;
  const std::vector<std::uint8_t> message(250'000, 7);
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(client.value().connection().send_binary(message));
  }
  EXPECT_TRUE(received.wait_for(40));
}

TEST(Tls, UnknownAuthorityIsRefused) {
  const Certificates files;
  const Certificates others;
  auto server = start(secure(files), echo_handlers());
  for (const ClientSettings& settings : {ClientSettings{}, trusting(others)}) {
    const auto client = WebSocketClient::connect(server.url(), settings);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, ErrorCode::tls_failed);
    EXPECT_NE(client.error().message.find("certificate"), std::string::npos)
        << client.error().message;
  }
}

TEST(Tls, CertificateForAnotherHostIsRefused) {
  const Certificates files("DNS:elsewhere.example,IP:127.0.0.2");
  auto server = start(secure(files), echo_handlers());
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const auto client = WebSocketClient::connect(
        "wss://" + host + ":" + std::to_string(server.port()), trusting(files));
    ASSERT_FALSE(client) << host;
    EXPECT_EQ(client.error().code, ErrorCode::tls_failed);
    EXPECT_NE(client.error().message.find("mismatch"), std::string::npos) << client.error().message;
  }
}

TEST(Tls, NameIsVerifiedToo) {
  const Certificates files("DNS:localhost");
  auto server = start(secure(files), echo_handlers());
  const auto client =
      WebSocketClient::connect("wss://localhost:" + std::to_string(server.port()), trusting(files));
  EXPECT_TRUE(client) << client.error().message;
}

TEST(Tls, InsecureTakesAnything) {
  const Certificates files("DNS:elsewhere.example");
  auto server = start(secure(files), echo_handlers());
  ClientSettings settings;
  settings.tls.insecure = true;
  const auto client = WebSocketClient::connect(server.url(), settings);
  EXPECT_TRUE(client) << client.error().message;
}

TEST(Tls, PlainOctetsOnATlsPort) {
  const Certificates files;
  auto settings = secure(files);
  settings.deadlines.close = std::chrono::milliseconds(40);
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  raw.send("GET / HTTP/1.1\r\n\r\n");
  bool reset = false;
  raw.read_to_end(&reset);
  EXPECT_FALSE(reset);
  EXPECT_TRUE(all_gone(server));
}

TEST(Tls, SilentPeerMeetsTheHandshakeDeadline) {
  const Certificates files;
  auto settings = secure(files);
  settings.deadlines.handshake = std::chrono::milliseconds(40);
  auto server = start(settings, echo_handlers());
  Raw raw(server.port());
  EXPECT_EQ(raw.read_to_end(), "");
}

TEST(Tls, UnusableFilesAreNamed) {
  const Certificates files;
  auto settings = small_settings();
  settings.tls = ServerTls{"/does/not/exist.pem", files.key()};
  auto server = WebSocketServer::start(settings, {});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::tls_failed);
  EXPECT_NE(server.error().message.find("/does/not/exist.pem"), std::string::npos);

  const Certificates others;
  settings.tls = ServerTls{files.certificate(), others.key()};
  server = WebSocketServer::start(settings, {});
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find(others.key()), std::string::npos) << server.error().message;
}

TEST(Tls, StopTellsSecureClientsToo) {
  const Certificates files;
  Signal closed;
  ClientHandlers handlers;
  handlers.on_close = [&](const Connection&, const CloseInfo& info) {
    EXPECT_EQ(info.code, 1001);
    closed.set();
  };
  auto server = start(secure(files), echo_handlers());
  auto client = WebSocketClient::connect(server.url(), trusting(files), handlers);
  ASSERT_TRUE(client) << client.error().message;
  server.stop();
  EXPECT_TRUE(closed.wait());
  EXPECT_TRUE(client.value().wait().clean);
}

}  // namespace
}  // namespace osprey::test
