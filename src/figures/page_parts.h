// What the self-contained pages are made of: head with its style, facts, tables, notes. Internal to
// the room. Pure; everything given is escaped, all of it is well-formed XML as well.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "figures/figure.h"

namespace marginscope {

/// Up to the title, inclusive. `style` is added to the pages' own.
std::string page_head(const std::string& title, const std::string& style = {});
std::string page_end();
std::string facts_html(const std::vector<std::pair<std::string, std::string>>& facts,
                       const std::string& command);
std::string table_html(const TextTable& table);
std::string notes_html(const std::vector<std::string>& notes);

}  // namespace marginscope
