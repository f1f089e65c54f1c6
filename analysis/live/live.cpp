#include "analysis/live/live.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <zmq.hpp>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_text_size = 41;  ///< Z85 of 32 bytes and a zero.
constexpr std::size_t key_size = 32;
constexpr std::size_t take_max = 10'000;  ///< At a time: a flood does not keep its reader.
constexpr int reconnect_ms = 1000;
constexpr int reconnect_ms_max = 30'000;
constexpr const char* door = "inproc://zeromq.zap.01";  ///< ZeroMQ RFC 27.

struct KeyPair {
  std::array<char, key_text_size> open{};
  std::array<char, key_text_size> secret{};
};

KeyPair make_keys() {
  KeyPair pair;
  if (zmq_curve_keypair(pair.open.data(), pair.secret.data()) != 0) {
    throw LogError("no keys can be made: this ZeroMQ is without CURVE");
  }
  return pair;
}

/// A folder that its user alone may enter; goes with its owner.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string name = (fs::temp_directory_path() / "redcell-live-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw LogError(fmt::format("{}: cannot make it: {}", name, std::strerror(errno)));
    }
    path_ = name;
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// One frame of a message that waits; nullopt when none does.
std::optional<zmq::message_t> receive_now(zmq::socket_t& socket) {
  zmq::message_t frame;
  if (!socket.recv(frame, zmq::recv_flags::dontwait)) return std::nullopt;
  return frame;
}

/// Answers who knocks at a CURVE server: in with this one key, out with others.
class Doorkeeper {
 public:
  Doorkeeper(zmq::context_t& context, const KeyPair& client)
      : socket_(context, zmq::socket_type::rep) {
    zmq_z85_decode(key_.data(), client.open.data());
    socket_.bind(door);
  }

  void answer_all() {
    for (std::size_t i = 0; i < take_max && answer_one(); ++i) {
    }
  }
  [[nodiscard]] std::size_t refused_count() const { return refused_count_; }

 private:
  bool answer_one() {
    std::vector<zmq::message_t> question;
    while (std::optional<zmq::message_t> frame = receive_now(socket_)) {
      question.push_back(std::move(*frame));
      if (!question.back().more()) break;
    }
    if (question.empty()) return false;
    // Version, request, domain, address, identity, mechanism, key.
    const bool is_in = question.size() == 7 && question[5].to_string_view() == "CURVE" &&
                       question[6].size() == key_size &&
                       std::memcmp(question[6].data(), key_.data(), key_size) == 0;
    if (!is_in) ++refused_count_;
    const std::string request = question.size() > 1 ? question[1].to_string() : "";
    const std::array<std::string, 6> answer = {"1.0", request, is_in ? "200" : "400", "", "", ""};
    for (std::size_t i = 0; i < answer.size(); ++i) {
      socket_.send(zmq::buffer(answer[i]),
                   i + 1 < answer.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    }
    return true;
  }

  zmq::socket_t socket_;
  std::array<std::uint8_t, key_size> key_{};
  std::size_t refused_count_ = 0;
};

std::string several_interfaces(const std::string& found) {
  return fmt::format("found '{}'; allowed: one interface, or its address", found);
}

}  // namespace

struct LiveCollector::Sockets {
  zmq::context_t context{1};
  std::optional<PrivateFolder> folder;
  std::optional<Doorkeeper> doorkeeper;  ///< Before the socket that asks it.
  zmq::socket_t inbox{context, zmq::socket_type::pull};
  LiveAddress address;
  std::string published;  ///< Path; empty before publish().
  std::size_t garbage_count = 0;

  void bind_here() {
    folder.emplace();
    inbox.bind("ipc://" + (folder->path() / "socket").string());
  }

  void bind_on(const std::string& interface) {
    const KeyPair server = make_keys();
    const KeyPair client = make_keys();
    doorkeeper.emplace(context, client);
    inbox.set(zmq::sockopt::curve_server, true);
    inbox.set(zmq::sockopt::curve_secretkey, server.secret.data());
    const bool has_port = interface.find(':') != std::string::npos;
    inbox.bind(fmt::format("tcp://{}{}", interface, has_port ? "" : ":*"));
    address.set_server_key(server.open.data());
    address.set_client_key(client.open.data());
    address.set_client_secret(client.secret.data());
  }
};

LiveCollector::LiveCollector(const std::string& interface) : sockets_(std::make_unique<Sockets>()) {
  Sockets& s = *sockets_;
  if (interface.starts_with("*") || interface.starts_with("0.0.0.0")) {
    throw LogError(several_interfaces(interface));
  }
  try {
    s.inbox.set(zmq::sockopt::linger, 0);
    s.inbox.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(live_bytes_max));
    if (interface.empty()) {
      s.bind_here();
    } else {
      s.bind_on(interface);
    }
    s.address.set_endpoint(s.inbox.get(zmq::sockopt::last_endpoint));
    // Every interface has many spellings; the socket knows what they came to.
    const std::string& endpoint = s.address.endpoint();
    if (endpoint.starts_with("tcp://0.0.0.0:") || endpoint.starts_with("tcp://[::]:")) {
      throw LogError(several_interfaces(interface));
    }
  } catch (const zmq::error_t& error) {
    throw LogError(fmt::format("no live stream on {}: {}",
                               interface.empty() ? "a Unix socket" : "'" + interface + "'",
                               error.what()));
  }
}

LiveCollector::~LiveCollector() {
  if (sockets_->published.empty()) return;
  try {
    // Another collector may have taken its place.
    if (read_text_file(sockets_->published) != sockets_->address.DebugString()) return;
    fs::remove(sockets_->published);
  } catch (const std::exception&) {
    return;  // It is gone already.
  }
}

void LiveCollector::publish(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  write_file_atomically(path, sockets_->address.DebugString());
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  sockets_->published = path;
}

std::vector<LiveReport> LiveCollector::take() {
  std::vector<LiveReport> reports;
  if (sockets_->doorkeeper) sockets_->doorkeeper->answer_all();
  for (std::size_t i = 0; i < take_max; ++i) {
    const std::optional<zmq::message_t> frame = receive_now(sockets_->inbox);
    if (!frame) break;
    LiveReport report;
    const bool is_report = frame->size() > 0 &&
                           report.ParseFromArray(frame->data(), static_cast<int>(frame->size())) &&
                           report.has_name();
    if (is_report) {
      reports.push_back(std::move(report));
    } else {
      ++sockets_->garbage_count;
    }
  }
  return reports;
}

std::size_t LiveCollector::garbage_count() const { return sockets_->garbage_count; }

std::size_t LiveCollector::refused_count() const {
  return sockets_->doorkeeper ? sockets_->doorkeeper->refused_count() : 0;
}

struct LiveSender::Socket {
  zmq::context_t context{1};
  zmq::socket_t outbox{context, zmq::socket_type::push};
};

LiveSender::LiveSender(const LiveAddress& address) {
  try {
    socket_ = std::make_unique<Socket>();
    zmq::socket_t& outbox = socket_->outbox;
    outbox.set(zmq::sockopt::linger, 0);
    outbox.set(zmq::sockopt::sndhwm, live_queue_max);
    outbox.set(zmq::sockopt::immediate, true);  // Nothing queues for who is not there.
    outbox.set(zmq::sockopt::reconnect_ivl, reconnect_ms);
    outbox.set(zmq::sockopt::reconnect_ivl_max, reconnect_ms_max);
    if (address.has_server_key()) {
      outbox.set(zmq::sockopt::curve_serverkey, address.server_key());
      outbox.set(zmq::sockopt::curve_publickey, address.client_key());
      outbox.set(zmq::sockopt::curve_secretkey, address.client_secret());
    }
    outbox.connect(address.endpoint());
  } catch (const zmq::error_t& error) {
    throw LogError(fmt::format("no live stream to '{}': {}", address.endpoint(), error.what()));
  }
}

LiveSender::~LiveSender() = default;

bool LiveSender::send(const LiveReport& report) {
  const std::string bytes = report.SerializeAsString();
  try {
    return socket_->outbox.send(zmq::buffer(bytes), zmq::send_flags::dontwait).has_value();
  } catch (const zmq::error_t&) {
    return false;  // A signal came between, or the stream has ended.
  }
}

std::unique_ptr<LiveSender> live_sender(const std::string& path) {
  try {
    LiveAddress address;
    parse_text_format(read_text_file(path), path, "the address of a collector", address);
    return std::make_unique<LiveSender>(address);
  } catch (const LogError&) {
    return nullptr;
  }
}

}  // namespace redcell::analysis
