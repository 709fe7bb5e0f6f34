// SPDX-License-Identifier: Apache-2.0
// What is sent in pieces arrives in pieces: a peer counts its reads, plain and with TLS, at either
// end of the connection.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>

#include "subject/certificates.hpp"
#include "subject/connection.hpp"
#include "subject/listener.hpp"

namespace conform {
namespace {

struct Reads {
  std::string text;
  std::size_t separate = 0, all = 0;
};

// Reads until `wanted` bytes have come, as a program does that wakes, reads once, and works on it.
Reads read_all(int fd, SSL* ssl, std::size_t wanted, std::size_t piece) {
  constexpr std::size_t kOverOfARecord = 22;  // header, type and tag
  Reads out;
  std::string buffer(65536, '\0');
  while (out.text.size() < wanted) {
    pollfd ready{fd, POLLIN, 0};
    if ((ssl == nullptr || SSL_pending(ssl) == 0) && ::poll(&ready, 1, 30000) != 1) break;
    int pending = 0;
    ::ioctl(fd, FIONREAD, &pending);
    const long n = ssl == nullptr ? ::recv(fd, buffer.data(), buffer.size(), 0)
                                  : SSL_read(ssl, buffer.data(), static_cast<int>(buffer.size()));
    if (n <= 0) break;
    const std::size_t most = piece + (ssl == nullptr ? 0 : kOverOfARecord);
    const bool one =
        static_cast<std::size_t>(n) <= piece && static_cast<std::size_t>(pending) <= most;
    out.text.append(buffer, 0, static_cast<std::size_t>(n));
    out.separate += one ? 1 : 0;
    ++out.all;
  }
  return out;
}

class Nothing : public ConnectionEvents {
 public:
  void on_connected() override { connected = true; }
  void on_failed(const ConnectFailure& why) override { failed = why.text; }
  void on_octets(std::string_view) override {}
  void on_end(EndOfStream) override {}
  bool connected = false;
  std::string failed;
};

struct Ends {
  bool suite_is_server, tls;
};

void PrintTo(const Ends& ends, std::ostream* out) {
  *out << (ends.suite_is_server ? "suite as server" : "suite as client")
       << (ends.tls ? ", TLS" : ", plain");
}

class SentPieces : public testing::TestWithParam<Ends> {
 protected:
  SentPieces() {
    if (!GetParam().tls) return;
    CertificateFiles files;
    std::string why = make_certificates(testing::TempDir(), CertificateKind::good, files);
    TlsSettings settings;
    settings.certificate_file = files.certificate;
    settings.key_file = files.key;
    server_context = make_server_context(settings, why);
    settings = TlsSettings();
    settings.insecure = true;
    client_context = make_client_context(settings, why);
    EXPECT_EQ(why, "");
  }

  // Sends `text` in pieces from the suite's end, and tells how the other end read it.
  Reads send(const std::string& text, const Pieces& pieces, std::size_t piece) {
    Nothing events;
    Connection connection(loop, events);
    bool accepted = false;
    int peer = -1;
    Listener listener(loop, [&](int fd) {
      accepted = true;
      if (GetParam().suite_is_server) return connection.adopt(fd, server_context.get());
      peer = fd;
    });
    EXPECT_EQ(listener.listen("127.0.0.1", 0), "");
    connect(connection, listener.port(), peer);
    while (!accepted) loop.round(std::chrono::milliseconds(20));
    int blocking = 0;
    ::ioctl(peer, FIONBIO, &blocking);
    Reads reads;
    bool over = false;
    std::thread reader([&] {
      const auto ssl = peer_tls(peer);
      reads = read_all(peer, ssl.get(), text.size(), piece);
      over = true;
    });
    Pieces patient = pieces;
    patient.separate_for = std::chrono::hours(1);  // however busy the machine is
    connection.write_pieces(text, patient);
    while (connection.queued() != 0 && events.failed.empty())
      loop.round(std::chrono::milliseconds(20));
    reader.join();
    EXPECT_EQ(events.failed, "");
    EXPECT_TRUE(over);
    ::close(peer);
    return reads;
  }

  Loop loop;
  TlsContext server_context, client_context;

 private:
  void connect(Connection& connection, std::uint16_t port, int& peer) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (GetParam().suite_is_server) {
      peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      EXPECT_EQ(::connect(peer, reinterpret_cast<sockaddr*>(&where), sizeof(where)), 0);
      return;
    }
    Address address;
    std::memcpy(&address.storage, &where, sizeof(where));
    address.size = sizeof(where);
    connection.connect(address, {client_context.get(), "", false}, 0);
  }

  std::unique_ptr<SSL, decltype(&SSL_free)> peer_tls(int fd) const {
    std::unique_ptr<SSL, decltype(&SSL_free)> out(nullptr, &SSL_free);
    if (!GetParam().tls) return out;
    const bool server = !GetParam().suite_is_server;
    out.reset(SSL_new(server ? server_context.get() : client_context.get()));
    SSL_set_fd(out.get(), fd);
    EXPECT_EQ(server ? SSL_accept(out.get()) : SSL_connect(out.get()), 1);
    return out;
  }
};

TEST_P(SentPieces, OfOneByteAreReadOneByOne) {
  const std::string text(600, 'x');
  Pieces pieces;
  pieces.chunk = 1;
  const Reads reads = send(text, pieces, 1);
  EXPECT_EQ(reads.text, text);
  EXPECT_GE(reads.separate, 570U) << "of " << reads.all << " reads";
}

TEST_P(SentPieces, AreSplitAtTheCuts) {
  const std::string text(300, 'x');
  Pieces pieces;
  for (std::uint64_t at = 3; at < text.size(); at += 3) pieces.cuts.push_back(at);
  const Reads reads = send(text, pieces, 3);
  EXPECT_EQ(reads.text, text);
  EXPECT_GE(reads.separate, 95U) << "of " << reads.all << " reads";
}

INSTANTIATE_TEST_SUITE_P(Ends, SentPieces,
                         testing::Values(Ends{false, false}, Ends{true, false}, Ends{false, true},
                                         Ends{true, true}));

}  // namespace
}  // namespace conform
