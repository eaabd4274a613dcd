// log|det J| over a plane: fill by value, hue by the sign of det, and the line det = 0 of equal thickness everywhere.
#version 410 core
#include "contour.glsl"

uniform sampler2D u_logdet;   // one texel a node
uniform ivec2 u_nodes;        // columns, rows
uniform vec2 u_size;          // picture in pixels
uniform vec2 u_limits;        // log|det| at the low and the high end of the fill
uniform vec4 u_safe_low, u_safe_high, u_beyond_low, u_beyond_high;
uniform vec4 u_line_color, u_halo_color, u_iso_color, u_nan_color;
uniform float u_line_px, u_halo_px, u_iso_step;
uniform sampler2D u_bins;     // per cell: first piece of the line that may touch it, how many
uniform sampler2D u_pieces;   // x0, y0, x1, y1 in nodes, kPieceColumns a row

out vec4 o_color;

float logdet_at(ivec2 node) { return clamp(texelFetch(u_logdet, node, 0).r, -1e6, 1e6); }

// log|det| with det bilinear between the nodes: relative to the largest, so that exp never overflows.
float interpolated_logdet(ivec2 cell, vec2 f, vec4 s) {
    vec4 l = vec4(logdet_at(cell), logdet_at(cell + ivec2(1, 0)), logdet_at(cell + ivec2(0, 1)),
                  logdet_at(cell + ivec2(1, 1)));
    float top = max(max(l.x, l.y), max(l.z, l.w));
    vec4 det = s * exp(l - top);
    float value = mix(mix(det.x, det.y, f.x), mix(det.z, det.w, f.x), f.y);
    return top + log(max(abs(value), 1e-30));
}

vec3 fill_color(float logdet, float side) {
    float t = clamp((logdet - u_limits.x) / (u_limits.y - u_limits.x), 0.0, 1.0);
    return side > 0.0 ? mix(u_safe_low.rgb, u_safe_high.rgb, t) : mix(u_beyond_low.rgb, u_beyond_high.rgb, t);
}

const int kPieceColumns = 1024;

float segment_distance(vec2 p, vec2 a, vec2 b) {
    vec2 ab = b - a;
    float along = clamp(dot(p - a, ab) / max(dot(ab, ab), 1e-12), 0.0, 1.0);
    return length(p - a - along * ab);
}

float line_distance_px(vec2 p, ivec2 cell, vec2 px_per_cell) {
    vec2 bin = texelFetch(u_bins, cell, 0).xy;
    int first = int(bin.x);
    int last = first + int(bin.y);
    float nearest = 1e9;
    for (int i = first; i < last; ++i) {
        vec4 piece = texelFetch(u_pieces, ivec2(i % kPieceColumns, i / kPieceColumns), 0);
        nearest = min(nearest, segment_distance(p * px_per_cell, piece.xy * px_per_cell, piece.zw * px_per_cell));
    }
    return nearest;
}

void main() {
    vec2 px_per_cell = u_size / vec2(u_nodes - 1);
    vec2 p = gl_FragCoord.xy / px_per_cell;
    ivec2 cell = clamp(ivec2(p), ivec2(0), u_nodes - 2);
    vec2 f = p - vec2(cell);
    CellLine own = cell_line(cell);
    float side = cell_side(own, f);
    float logdet;
    if (own.has_nan) {
        logdet = logdet_at(cell + ivec2(f + 0.5));
    } else {
        logdet = interpolated_logdet(cell, f, own.corner_sign);
    }
    float level = u_iso_step > 0.0 ? logdet / u_iso_step : 0.0;
    float slope = fwidth(level);
    if (own.has_nan && side == 0.0) {
        o_color = u_nan_color;
        return;
    }
    vec3 color = fill_color(logdet, side);
    if (u_iso_step > 0.0 && !own.has_nan && slope < 0.5) {
        float away = abs(fract(level - 0.5) - 0.5) / max(slope, 1e-9);
        float strength = (1.0 - smoothstep(0.4, 1.2, away)) * (1.0 - smoothstep(0.1, 0.3, slope));
        color = mix(color, u_iso_color.rgb, u_iso_color.a * strength);
    }
    if (u_line_px > 0.0) {
        float away = line_distance_px(p, cell, px_per_cell);
        float half_line = 0.5 * u_line_px;
        color = mix(color, u_halo_color.rgb, u_halo_color.a * (1.0 - smoothstep(half_line, half_line + u_halo_px + 0.5, away)));
        color = mix(color, u_line_color.rgb, clamp(half_line + 0.5 - away, 0.0, 1.0));
    }
    o_color = vec4(color, 1.0);
}
