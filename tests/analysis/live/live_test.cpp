// Goal: reports arrive as they were sent; strangers, garbage and a collector that is gone or asleep
// harm neither side.
// Method: collectors and senders in one process, over Unix sockets and TCP on loopback; raw ZeroMQ
// sockets as strangers. What has to arrive is awaited for a minute, and what must not arrive is
// sent beside something that does.
#include "analysis/live/live.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#include <zmq.hpp>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t few = 20;
constexpr std::chrono::seconds patience{60};  ///< With a machine that does much else.

class LiveTest : public testing::Test {
 protected:
  ~LiveTest() override { fs::remove_all(folder_); }

  std::string file() const { return (folder_ / "keys" / "address.txtpb").string(); }
  LiveAddress address() const {
    LiveAddress address;
    parse_text_format(read_text_file(file()), file(), "an address", address);
    return address;
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

LiveReport report_of(const std::string& name, double simulated_s) {
  LiveReport report;
  report.set_name(name);
  report.set_state(LiveReport::RUNNING);
  report.set_simulated_s(simulated_s);
  return report;
}

/// Sends until `count` of the sender's reports have come; all that has come.
template <class Meanwhile>
std::vector<LiveReport> exchange(LiveCollector& collector, LiveSender& sender, std::size_t count,
                                 Meanwhile&& meanwhile) {
  std::vector<LiveReport> taken;
  std::size_t good = 0;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (good < count) {
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << "a friend's reports do not arrive";
      return taken;
    }
    sender.send(report_of("friend", 1));
    meanwhile();
    for (LiveReport& report : collector.take()) {
      if (report.name() == "friend") ++good;
      taken.push_back(std::move(report));
    }
    std::this_thread::yield();
  }
  return taken;
}

TEST_F(LiveTest, carries_reports_as_they_were_sent) {
  for (const char* interface : {"", "lo", "127.0.0.1"}) {
    LiveCollector collector(interface);
    collector.publish(file());
    const std::unique_ptr<LiveSender> sender = live_sender(file());
    ASSERT_TRUE(sender) << interface;
    exchange(collector, *sender, 1, [] {});
    LiveReport report = report_of("point", 2.5);
    report.set_state(LiveReport::FAILED);
    report.set_cause("crash");
    report.add_figure()->set_value(7);
    while (!sender->send(report)) std::this_thread::yield();
    std::optional<LiveReport> last;
    while (!last) {
      for (const LiveReport& taken : collector.take()) {
        if (taken.name() == "point") last = taken;
      }
    }
    EXPECT_EQ(last->SerializeAsString(), report.SerializeAsString()) << interface;
  }
}

TEST_F(LiveTest, refuses_strangers) {
  LiveCollector collector("lo");
  collector.publish(file());
  LiveSender sender(address());
  LiveAddress keyless;
  keyless.set_endpoint(address().endpoint());
  LiveAddress self_made = address();  // Knows the way and the server's key, but is not invited.
  std::array<char, 41> open{};
  std::array<char, 41> secret{};
  ASSERT_EQ(zmq_curve_keypair(open.data(), secret.data()), 0);
  self_made.set_client_key(open.data());
  self_made.set_client_secret(secret.data());
  LiveSender stranger(keyless);
  LiveSender intruder(self_made);
  bool has_sent = false;
  const auto knock = [&] {
    if (stranger.send(report_of("stranger", 1))) has_sent = true;
    if (intruder.send(report_of("intruder", 1))) has_sent = true;
  };
  std::vector<LiveReport> taken = exchange(collector, sender, few, knock);
  while (collector.refused_count() == 0 && !has_sent) {
    for (LiveReport& report : exchange(collector, sender, 1, knock)) {
      taken.push_back(std::move(report));
    }
  }
  EXPECT_FALSE(has_sent) << "a connection was made for a stranger";
  for (const LiveReport& report : taken) EXPECT_EQ(report.name(), "friend");
}

TEST_F(LiveTest, keeps_address_and_socket_to_their_user) {
  std::string socket;
  {
    LiveCollector collector("");
    collector.publish(file());
    EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(fs::status(fs::path(file()).parent_path()).permissions(), fs::perms::owner_all);
    ASSERT_TRUE(address().endpoint().starts_with("ipc://"));
    socket = address().endpoint().substr(6);
    EXPECT_EQ(fs::status(fs::path(socket).parent_path()).permissions(), fs::perms::owner_all);
    EXPECT_TRUE(fs::is_socket(socket));
  }
  EXPECT_FALSE(fs::exists(fs::path(socket).parent_path()));
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(LiveTest, tells_no_server_secret_and_makes_new_keys_each_time) {
  LiveCollector collector("lo");
  collector.publish(file());
  const LiveAddress first = address();
  EXPECT_EQ(first.server_key().size(), 40u);
  EXPECT_NE(first.server_key(), first.client_key());
  LiveCollector other("lo");
  other.publish(file());
  EXPECT_NE(address().server_key(), first.server_key());
  EXPECT_NE(address().client_secret(), first.client_secret());
}

TEST_F(LiveTest, leaves_the_address_of_its_successor_alone) {
  std::optional<LiveCollector> first(std::in_place, "");
  first->publish(file());
  LiveCollector second("");
  second.publish(file());
  first.reset();
  EXPECT_TRUE(live_sender(file()));
}

TEST_F(LiveTest, listens_on_no_more_than_one_interface) {
  for (const char* wide : {"*", "*:5555", "0.0.0.0", "0.0.0.0:5555", "0", "0:*", "0.0", "0.0:*",
                           "00.0.0.0", "0x0", "[*]", "[*]:*", "[::]", "no-such-interface"}) {
    EXPECT_THROW(LiveCollector{wide}, LogError) << wide;
  }
}

TEST_F(LiveTest, drops_garbage_and_goes_on) {
  LiveCollector collector("");
  collector.publish(file());
  LiveSender sender(address());
  zmq::context_t context;
  const auto connected = [&] {
    zmq::socket_t socket(context, zmq::socket_type::push);
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(address().endpoint());
    return socket;
  };
  zmq::socket_t junk = connected();
  zmq::socket_t oversized = connected();
  LiveReport long_winded = report_of("oversized", 1);
  long_winded.set_cause(std::string(live_bytes_max, 'x'));
  const std::string endless = long_winded.SerializeAsString();
  std::size_t sent = 0;
  while (collector.garbage_count() < few) {
    const std::string noise(sent % 200, static_cast<char>(sent * 37));
    const auto flag = sent % 3 == 1 ? zmq::send_flags::sndmore : zmq::send_flags::none;
    if (junk.send(zmq::buffer(noise), flag | zmq::send_flags::dontwait)) ++sent;
    oversized.send(zmq::buffer(endless), zmq::send_flags::dontwait);
    for (const LiveReport& report : exchange(collector, sender, 1, [] {})) {
      EXPECT_EQ(report.name(), "friend");
    }
  }
  EXPECT_FALSE(exchange(collector, sender, few, [] {}).empty());
}

TEST_F(LiveTest, costs_a_sender_nothing_when_nobody_listens) {
  std::optional<LiveCollector> collector(std::in_place, "lo");
  collector->publish(file());
  const LiveAddress gone = address();
  LiveSender sender(gone);
  exchange(*collector, sender, 1, [] {});
  collector.reset();
  constexpr std::size_t many = 200'000;
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < many; ++i) accepted += sender.send(report_of("x", 1)) ? 1 : 0;
  EXPECT_LT(accepted, many / 2) << "must not pile up";
  LiveSender late(gone);
  for (std::size_t i = 0; i < few; ++i) EXPECT_FALSE(late.send(report_of("x", 1)));
}

TEST_F(LiveTest, does_not_pile_up_before_a_collector_that_sleeps) {
  LiveCollector collector("");
  collector.publish(file());
  LiveSender sender(address());
  exchange(collector, sender, 1, [] {});
  // What lies between the two fills up, and stays full when the sender goes.
  constexpr std::size_t many = 20'000;
  constexpr std::size_t full = 20'000;  // Refusals in a row.
  const LiveReport report = report_of(std::string(10'000, 'n'), 1);
  std::size_t accepted = 0;
  for (std::size_t refused = 0; refused < full && accepted < many; ++refused) {
    if (!sender.send(report)) {
      std::this_thread::yield();
      continue;
    }
    ++accepted;
    refused = 0;
  }
  EXPECT_LT(accepted, many);
}

TEST_F(LiveTest, is_not_there_without_a_usable_address) {
  EXPECT_FALSE(live_sender(file()));
  fs::create_directories(fs::path(file()).parent_path());
  for (const char* text : {"", "endpoint: 'nonsense'", "no address", "endpoint: 'tcp://'",
                           "endpoint: 'tcp://127.0.0.1:1' server_key: 'short'"}) {
    write_file_atomically(file(), text);
    EXPECT_FALSE(live_sender(file())) << text;
  }
}

}  // namespace
}  // namespace redcell::analysis
