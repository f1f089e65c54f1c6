// Goal: the same text comes out of a file whatever encoding, line ends or chunks it came in.
// Method: one text written in each encoding by hand; files longer than a chunk; broken bytes.
#include "analysis/field/text_lines.h"

#include <gtest/gtest.h>

#include "analysis/log_error.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {
namespace {

struct Read {
  std::vector<std::string> lines;
  std::vector<std::string> troubles;
  std::string encoding;
};

Read read_all(const std::string& path, const std::string& encoding = {}) {
  TextLines lines(path, encoding);
  Read read;
  for (TextLine line; lines.next(line);) {
    EXPECT_EQ(line.number, read.lines.size() + 1);
    read.lines.emplace_back(line.text);
    read.troubles.emplace_back(line.trouble == nullptr ? "" : line.trouble);
  }
  read.encoding = lines.encoding();
  return read;
}

// "经度" (longitude), as RFC 3629 and as code page 936 write it.
const std::string utf8_word = "\xE7\xBB\x8F\xE5\xBA\xA6";
const std::string gbk_word = "\xBE\xAD\xB6\xC8";
const std::string utf16_word = "\xCF\x7E\xA6\x5E";

TEST(TextLines, reads_line_ends_of_every_kind) {
  const LogFolder folder;
  const Read read = read_all(folder.write("a.txt", "one\r\ntwo\n\nfour"));
  EXPECT_EQ(read.lines, (std::vector<std::string>{"one", "two", "", "four"}));
  EXPECT_EQ(read_all(folder.write("b.txt", "one\n")).lines.size(), 1U) << "no line behind the last";
}

TEST(TextLines, reads_utf8_with_and_without_mark) {
  const LogFolder folder;
  for (const char* mark : {"", "\xEF\xBB\xBF"}) {
    const Read read = read_all(folder.write("a.txt", std::string(mark) + utf8_word + ",x\n"));
    ASSERT_EQ(read.lines.size(), 1U);
    EXPECT_EQ(read.lines[0], utf8_word + ",x");
    EXPECT_EQ(read.encoding, "UTF-8");
  }
}

TEST(TextLines, reads_gbk_from_the_line_on_that_is_not_utf8) {
  const LogFolder folder;
  const Read read = read_all(folder.write("a.txt", "plain\n" + gbk_word + "|x\n" + gbk_word));
  EXPECT_EQ(read.lines, (std::vector<std::string>{"plain", utf8_word + "|x", utf8_word}));
  EXPECT_EQ(read.encoding, "GBK");
  EXPECT_EQ(read_all(folder.path("a.txt"), "GBK").lines[1], utf8_word + "|x") << "asked for";
}

TEST(TextLines, reads_utf8_behind_a_line_that_is_not) {
  const LogFolder folder;
  const Read read =
      read_all(folder.write("a.txt", utf8_word + "\n" + gbk_word + "\n" + utf8_word + ",x\n"));
  EXPECT_EQ(read.lines, (std::vector<std::string>{utf8_word, utf8_word, utf8_word + ",x"}));
  EXPECT_EQ(read.encoding, "UTF-8 and GBK");
}

TEST(TextLines, reads_utf16_by_its_mark) {
  const LogFolder folder;
  const std::string little =
      "\xFF\xFE" + utf16_word + std::string("\r\0\n\0", 4) + std::string("7\0", 2);
  const Read read = read_all(folder.write("a.txt", little));
  EXPECT_EQ(read.lines, (std::vector<std::string>{utf8_word, "7"}));
  EXPECT_EQ(read.encoding, "UTF-16LE");
}

TEST(TextLines, gives_every_line_of_a_file_of_many_chunks) {
  const LogFolder folder;
  for (const std::string encoding : {"", "GBK"}) {
    // Of two beginnings a chunk of even size ends inside a character of two bytes after one.
    for (const std::string begin : {"", "x"}) {
      std::string word;
      for (int i = 0; i < 500; ++i) word += encoding.empty() ? "r\xC3\xA9sum\xC3\xA9 " : gbk_word;
      std::string text = begin;
      std::size_t count = 0;
      for (; text.size() < 900'000; ++count) text += word + std::to_string(10'000 + count) + "\n";
      const Read read = read_all(folder.write("a.txt", text), encoding);
      ASSERT_EQ(read.lines.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(read.lines[i].ends_with(std::to_string(10'000 + i))) << i;
        ASSERT_EQ(read.troubles[i], "");
        ASSERT_EQ(read.lines[i].find("\xEF\xBF\xBD"), std::string::npos) << "a character was cut";
      }
    }
  }
}

TEST(TextLines, names_the_line_that_is_no_text) {
  const LogFolder folder;
  std::string text = "good\n";
  text += std::string(5000, 'x') + "\n";
  text += std::string("a\0b\n", 4) + "\xFF\xFF\xFF\n" + std::string(line_bytes_max + 1, 'y');
  text += "\ngood again\n";
  const Read read = read_all(folder.write("a.txt", text));
  ASSERT_EQ(read.lines.size(), 6U);
  EXPECT_EQ(read.troubles[1], "");
  EXPECT_EQ(read.troubles[2], "the line has zero bytes");
  EXPECT_EQ(read.troubles[3], "the line is neither in UTF-8 nor in GBK");
  EXPECT_EQ(read.troubles[4], "the line is longer than 1 MiB");
  EXPECT_EQ(read.lines[5], "good again");
  EXPECT_EQ(read.troubles[5], "");
}

TEST(TextLines, keeps_a_line_of_exactly_the_greatest_length) {
  const LogFolder folder;
  const Read read = read_all(folder.write("a.txt", std::string(line_bytes_max, 'y') + "\nz"));
  ASSERT_EQ(read.lines.size(), 2U);
  EXPECT_EQ(read.troubles[0], "");
  EXPECT_EQ(read.lines[0].size(), line_bytes_max);
}

TEST(TextLines, refuses_what_is_no_text_file) {
  const LogFolder folder;
  const auto message = [&](const std::string& path, const std::string& encoding = {}) {
    try {
      static_cast<void>(TextLines(path, encoding));
    } catch (const LogError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message(folder.path("none")).find("cannot open"), std::string::npos);
  EXPECT_NE(message(folder.path("")).find("a directory"), std::string::npos);
  EXPECT_NE(message(folder.write("e", "")).find("empty file"), std::string::npos);
  EXPECT_NE(message(folder.write("m", "\xEF\xBB\xBF")).find("empty file"), std::string::npos);
  EXPECT_NE(message(folder.write("b", std::string(9, '\0'))).find("binary"), std::string::npos);
  EXPECT_NE(message(folder.write("t", "x\n"), "KLINGON").find("KLINGON"), std::string::npos);
}

TEST(IsUtf8, follows_the_table_of_well_formed_sequences) {
  // Unicode 15, Table 3-7.
  for (const char* good : {"", "a", "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE7\xBB"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace redcell::analysis
