// log|det J| over a plane: fill by value, hue by the sign of det, and the line det = 0 of equal thickness everywhere.
#version 410 core

uniform sampler2D u_dets;     // per cell: det at its corners (0,0) (1,0) (0,1) (1,1), relative to the largest
uniform sampler2D u_cells;    // per cell: first piece of the line that may touch it, how many, log of the largest det, has NaN
uniform sampler2D u_pieces;   // x0, y0, x1, y1 in nodes, kPieceColumns a row
uniform ivec2 u_nodes;        // columns, rows
uniform vec2 u_size;          // picture in pixels
uniform vec2 u_limits;        // log|det| at the low and the high end of the fill
uniform vec4 u_safe_low, u_safe_high, u_beyond_low, u_beyond_high;
uniform vec4 u_line_color, u_halo_color, u_iso_color, u_nan_color;
uniform float u_line_px, u_halo_px, u_iso_step;

out vec4 o_color;

const int kPieceColumns = 1024;

struct Nearest {
    float away_px;
    float side;  // +1 where det > 0
};

// Pieces are so directed that det > 0 on one side, known by the cross product.
Nearest nearest_piece(vec2 at_px, vec2 px_per_cell, int first, int count) {
    float best = 1e18;
    float side = 0.0;
    for (int i = first; i < first + count; ++i) {
        vec4 piece = texelFetch(u_pieces, ivec2(i % kPieceColumns, i / kPieceColumns), 0);
        vec2 start = piece.xy * px_per_cell;
        vec2 along = piece.zw * px_per_cell - start;
        vec2 to = at_px - start;
        float share = clamp(dot(to, along) / max(dot(along, along), 1e-12), 0.0, 1.0);
        vec2 off = to - share * along;
        float squared = dot(off, off);
        if (squared < best) {
            best = squared;
            side = along.x * to.y - along.y * to.x;
        }
    }
    return Nearest(sqrt(best), side >= 0.0 ? 1.0 : -1.0);
}

void main() {
    vec2 px_per_cell = u_size / vec2(u_nodes - 1);
    vec2 p = gl_FragCoord.xy / px_per_cell;
    ivec2 cell = clamp(ivec2(p), ivec2(0), u_nodes - 2);
    vec2 f = p - vec2(cell);
    vec4 det = texelFetch(u_dets, cell, 0);
    vec4 info = texelFetch(u_cells, cell, 0);
    // Beside a node without a value every node stands for itself.
    bool has_nan = info.w > 0.5;
    vec2 g = has_nan ? step(0.5, f) : f;
    float value = has_nan ? (g.y < 0.5 ? (g.x < 0.5 ? det.x : det.y) : (g.x < 0.5 ? det.z : det.w))
                          : mix(mix(det.x, det.y, g.x), mix(det.z, det.w, g.x), g.y);
    float logdet = info.z + log(max(abs(value), 1e-30));
    float level = u_iso_step > 0.0 && !has_nan ? logdet / u_iso_step : 0.0;
    float slope = fwidth(level);

    Nearest line = nearest_piece(gl_FragCoord.xy, px_per_cell, int(info.x), int(info.y));
    // The smooth line and the bilinear field differ by less than a cell; further away the field decides, because a loop
    // around one node can be shorter than its directions are exact.
    bool beside_line = info.y > 0.0 && line.away_px < max(px_per_cell.x, px_per_cell.y);
    float side = beside_line ? line.side : value;
    float t = clamp((logdet - u_limits.x) / (u_limits.y - u_limits.x), 0.0, 1.0);
    vec3 color = side >= 0.0 ? mix(u_safe_low.rgb, u_safe_high.rgb, t) : mix(u_beyond_low.rgb, u_beyond_high.rgb, t);
    if ((floatBitsToUint(value) & 0x7fffffffu) > 0x7f800000u) color = u_nan_color.rgb;

    // Neither where levels crowd at the line, nor on a plateau, where rounding alone would draw them.
    float iso_away = abs(fract(level - 0.5) - 0.5) / max(slope, 1e-9);
    float iso = (1.0 - smoothstep(0.4, 1.2, iso_away)) * (1.0 - smoothstep(0.1, 0.3, slope)) * smoothstep(2e-4, 1e-3, slope);
    color = mix(color, u_iso_color.rgb, u_iso_color.a * iso);

    float half_line = 0.5 * u_line_px;
    if (u_line_px > 0.0) {
        float halo = 1.0 - smoothstep(half_line, half_line + u_halo_px + 0.5, line.away_px);
        color = mix(color, u_halo_color.rgb, u_halo_color.a * halo);
        color = mix(color, u_line_color.rgb, clamp(half_line + 0.5 - line.away_px, 0.0, 1.0));
    }
    o_color = vec4(color, 1.0);
}
