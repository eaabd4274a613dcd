// The view state of the workspaces: each folder's own struct, kept under its type and made when it
// is first asked for, so that nobody lists them.
//
// Main thread.
#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace marginscope {

class ViewStore {
public:
    template <typename View>
    View& get() {
        std::shared_ptr<void>& place = views_[std::type_index(typeid(View))];
        if (place == nullptr) place = std::make_shared<View>();
        return *static_cast<View*>(place.get());
    }

private:
    std::map<std::type_index, std::shared_ptr<void>> views_;
};

}  // namespace marginscope
