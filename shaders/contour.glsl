// On which side of det = 0 a point of a cell is, from the crossings on its edges: the segments of zero_contour() of gfx.

uniform sampler2D u_crossings;  // per node: crossing to the right, downwards (-1: none), saddle rule, sign

struct CellLine {
    int count;          // 0, 1 or 2 segments
    vec2 a0, b0;        // in the cell's own unit square
    vec2 a1, b1;
    vec4 corner_sign;   // (0,0) (1,0) (0,1) (1,1)
    bool has_nan;
};

vec4 node_at(ivec2 node) { return texelFetch(u_crossings, node, 0); }

CellLine cell_line(ivec2 cell) {
    vec4 n00 = node_at(cell);
    vec4 n10 = node_at(cell + ivec2(1, 0));
    vec4 n01 = node_at(cell + ivec2(0, 1));
    float s11 = node_at(cell + ivec2(1, 1)).w;
    CellLine line;
    line.corner_sign = vec4(n00.w, n10.w, n01.w, s11);
    line.has_nan = any(equal(line.corner_sign, vec4(0.0)));
    line.count = 0;
    line.a0 = line.b0 = line.a1 = line.b1 = vec2(0.0);
    if (line.has_nan) return line;
    vec2 top = vec2(n00.x, 0.0);
    vec2 left = vec2(0.0, n00.y);
    vec2 bottom = vec2(n01.x, 1.0);
    vec2 right = vec2(1.0, n10.y);
    bool has_top = n00.x >= 0.0, has_left = n00.y >= 0.0, has_bottom = n01.x >= 0.0, has_right = n10.y >= 0.0;
    if (has_top && has_left && has_bottom && has_right) {
        // Two corners of the sign that is not joined through the middle are cut off.
        bool cut_00 = (n00.w > 0.0) != (n00.z > 0.5);
        line.count = 2;
        line.a0 = cut_00 ? left : top;
        line.b0 = cut_00 ? top : right;
        line.a1 = cut_00 ? right : left;
        line.b1 = bottom;
    } else if (has_top || has_left || has_bottom || has_right) {
        line.count = 1;
        line.a0 = has_top ? top : (has_left ? left : bottom);
        line.b0 = has_bottom && line.a0 != bottom ? bottom : (has_right ? right : left);
    }
    return line;
}

float cross2(vec2 a, vec2 b) { return a.x * b.y - a.y * b.x; }

// +1 or -1: on which side of the cell's line the point (in the unit square) is.
float cell_side(CellLine line, vec2 p) {
    vec4 s = line.corner_sign;
    if (line.count == 0) {
        return p.y < 0.5 ? (p.x < 0.5 ? s.x : s.y) : (p.x < 0.5 ? s.z : s.w);
    }
    if (line.count == 2) {
        bool cut_00 = line.a0.x == 0.0;  // starts on the left edge: around (0,0); else around (1,0)
        vec2 c0 = cut_00 ? vec2(0.0, 0.0) : vec2(1.0, 0.0);
        vec2 c1 = cut_00 ? vec2(1.0, 1.0) : vec2(0.0, 1.0);
        float cut_sign = cut_00 ? s.x : s.y;
        vec2 d0 = line.b0 - line.a0, d1 = line.b1 - line.a1;
        bool in0 = cross2(d0, p - line.a0) * cross2(d0, c0 - line.a0) > 0.0;
        bool in1 = cross2(d1, p - line.a1) * cross2(d1, c1 - line.a1) > 0.0;
        return in0 || in1 ? cut_sign : -cut_sign;
    }
    // The corner farthest from the line tells which side is which.
    vec2 d = line.b0 - line.a0;
    vec4 sides = vec4(cross2(d, -line.a0), cross2(d, vec2(1.0, 0.0) - line.a0), cross2(d, vec2(0.0, 1.0) - line.a0),
                      cross2(d, vec2(1.0, 1.0) - line.a0));
    float best = 0.0, best_sign = s.x;
    for (int i = 0; i < 4; ++i) {
        if (abs(sides[i]) > abs(best)) {
            best = sides[i];
            best_sign = s[i];
        }
    }
    return cross2(d, p - line.a0) * best >= 0.0 ? best_sign : -best_sign;
}
