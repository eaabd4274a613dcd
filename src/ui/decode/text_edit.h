// The text up to the cursor as a field to edit: what was walked before stays as a branch.
//
// Main thread, inside a panel.
#pragma once

#include "ui/decode/decode_view.h"
#include "ui/panel.h"

namespace marginscope {

/// In place of the text's cells while it is open.
void draw_text_edit(TextEditView& view, PanelContext& context);

}  // namespace marginscope
