#include "scenarios/load_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace redcell::scenarios {
namespace {

enum class TokenKind { word, text, open, close, list_open, list_close, colon, separator, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t begin = 0;
  std::size_t end = 0;
  int line = 1;
  int column = 1;
};

/// Cuts a text into tokens; comments and white space fall away.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    skip_blank();
    Token token{.kind = TokenKind::end, .begin = at_, .end = at_, .line = line_, .column = column_};
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    token.kind = kind_of(c);
    if (token.kind == TokenKind::text) {
      skip_text(c);
    } else if (token.kind == TokenKind::word) {
      while (at_ < text_.size() && is_word(text_[at_])) step();
    } else {
      step();
    }
    token.end = at_;
    return token;
  }

 private:
  static bool is_word(char c) {
    return std::isspace(static_cast<unsigned char>(c)) == 0 &&
           std::string_view("{}<>[]:;,#\"'").find(c) == std::string_view::npos;
  }
  static TokenKind kind_of(char c) {
    switch (c) {
      case '{':
      case '<':
        return TokenKind::open;
      case '}':
      case '>':
        return TokenKind::close;
      case '[':
        return TokenKind::list_open;
      case ']':
        return TokenKind::list_close;
      case ':':
        return TokenKind::colon;
      case ';':
      case ',':
        return TokenKind::separator;
      case '"':
      case '\'':
        return TokenKind::text;
      default:
        return TokenKind::word;
    }
  }
  void step() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if (c == '\t') {
      column_ += 8 - (column_ - 1) % 8;
    } else {
      ++column_;
    }
  }
  void skip_blank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') step();
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        step();
      } else {
        return;
      }
    }
  }
  void skip_text(char quote) {
    step();
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) step();
      step();
    }
    if (at_ < text_.size() && text_[at_] == quote) step();
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

/// Puts tokens together to statements.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text), lexer_(text) {}

  Outline build() {
    for (Token token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next()) {
      take(token);
      if (outline_.statements.size() > statement_count_max) break;
    }
    if (!open_.empty()) outline_.unclosed = open_.back();
    return std::move(outline_);
  }

 private:
  void take(const Token& token) {
    switch (token.kind) {
      case TokenKind::open:
        return open_block(token);
      case TokenKind::close:
        return close_block(token);
      case TokenKind::colon:
        wants_value_ = true;
        return extend(token);
      case TokenKind::list_open:
        in_list_ = wants_value_;
        return extend(token);
      case TokenKind::list_close:
        in_list_ = false;
        wants_value_ = false;
        return extend(token);
      case TokenKind::separator:
        return;
      default:
        return take_word(token);
    }
  }

  void take_word(const Token& token) {
    const bool is_name = std::isalpha(static_cast<unsigned char>(text_[token.begin])) != 0 ||
                         text_[token.begin] == '_';
    if (current_ >= 0 && (wants_value_ || in_list_ || !is_name)) {
      Statement& statement = outline_.statements[static_cast<std::size_t>(current_)];
      if (statement.value.empty()) statement.value = text_of(token);
      // A number's sign may stand apart from it.
      wants_value_ = text_of(token) == "-";
      return extend(token);
    }
    if (is_name) begin_statement(token);
  }

  void begin_statement(const Token& token) {
    current_ = static_cast<int>(outline_.statements.size());
    wants_value_ = in_list_ = false;
    outline_.statements.push_back({.name = text_of(token),
                                   .value = {},
                                   .begin = token.begin,
                                   .end = token.end,
                                   .line = token.line,
                                   .column = token.column,
                                   .parent = open_.empty() ? -1 : open_.back(),
                                   .is_block = false});
  }

  void open_block(const Token& token) {
    if (current_ < 0) {
      // A further element of a list of blocks, [{...}, {...}], or a brace without a field.
      const std::string name = last_closed_ < 0 ? "" : statement(last_closed_).name;
      begin_statement(token);
      statement(current_).name = name;
    }
    extend(token);
    statement(current_).is_block = true;
    open_.push_back(current_);
    outline_.depth_max = std::max(outline_.depth_max, static_cast<int>(open_.size()));
    current_ = -1;
    wants_value_ = in_list_ = false;
  }

  void close_block(const Token& token) {
    current_ = -1;
    wants_value_ = in_list_ = false;
    if (open_.empty()) return;
    last_closed_ = open_.back();
    statement(last_closed_).end = token.end;
    open_.pop_back();
  }

  void extend(const Token& token) {
    if (current_ >= 0) statement(current_).end = token.end;
  }
  Statement& statement(int index) { return outline_.statements[static_cast<std::size_t>(index)]; }
  std::string text_of(const Token& token) const {
    return std::string(text_.substr(token.begin, token.end - token.begin));
  }

  std::string_view text_;
  Lexer lexer_;
  Outline outline_;
  std::vector<int> open_;
  int current_ = -1;
  int last_closed_ = -1;
  bool wants_value_ = false;
  bool in_list_ = false;
};

std::string unquoted(const std::string& value) {
  if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return value;
  return value.substr(1, value.size() - 2);
}

}  // namespace

Outline outline(std::string_view text) { return Builder(text).build(); }

std::string statement_path(const Outline& outline, int index) {
  const Statement& statement = outline.statements[static_cast<std::size_t>(index)];
  std::string step = statement.name;
  if (statement.is_block) {
    int before = 0;
    std::string name;
    for (std::size_t i = 0; i < outline.statements.size(); ++i) {
      const Statement& other = outline.statements[i];
      const bool is_sibling = other.parent == statement.parent && other.name == statement.name;
      if (static_cast<int>(i) < index && is_sibling) ++before;
      if (other.parent == index && other.name == "name") name = unquoted(other.value);
    }
    if (!name.empty()) {
      step += fmt::format("[{}]", name);
    } else if (before > 0) {
      step += fmt::format("[{}]", before);
    }
  }
  if (statement.parent < 0) return step;
  return statement_path(outline, statement.parent) + "." + step;
}

}  // namespace redcell::scenarios
