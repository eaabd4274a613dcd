// Looks the action up and asks for it.
#include "ui/action_button.h"

#include "ui/actions.h"

namespace marginscope {

bool action_button(PanelContext& context, const char* action, Icon icon, bool enabled, bool on) {
    const Action* row = find_action(action);
    IM_ASSERT(row != nullptr);
    if (!icon_button(context.theme, ("##" + row->id).c_str(), icon, hint_of(*row).c_str(), enabled,
                     on))
        return false;
    context.asked.push_back(row->id);
    return true;
}

}  // namespace marginscope
