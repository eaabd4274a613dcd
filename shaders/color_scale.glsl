// A value's colour: the same mapping as ColorScale and sample() of core/colormap.

uniform sampler2D u_lut;    // 256 x 1
uniform int u_scale_kind;   // 0 constant, 1 linear, 2 log, 3 diverging, 4 symmetric log
uniform vec2 u_range;       // lower and upper end; diverging: the limit in y
uniform vec4 u_nan_color;
uniform vec4 u_pos_inf_color;
uniform vec4 u_neg_inf_color;
uniform vec4 u_outside_color;

const float kOutsideValue = -3.402823466e+38;
const float kSymlogDecades = 1000.0;

// By bits: compilers may assume that arithmetic never meets a NaN.
bool is_nan_bits(float v) { return (floatBitsToUint(v) & 0x7fffffffu) > 0x7f800000u; }
bool is_inf_bits(float v) { return (floatBitsToUint(v) & 0x7fffffffu) == 0x7f800000u; }

float scale_to_unit(float v) {
    float t = 0.5;
    if (u_scale_kind == 1) {
        t = (v - u_range.x) / (u_range.y - u_range.x);
    } else if (u_scale_kind == 2) {
        t = v > 0.0 ? (log(v) - log(u_range.x)) / (log(u_range.y) - log(u_range.x)) : 0.0;
    } else if (u_scale_kind == 3) {
        t = 0.5 + 0.5 * v / u_range.y;
    } else if (u_scale_kind == 4) {
        float share = log(1.0 + abs(v) * kSymlogDecades / u_range.y) / log(1.0 + kSymlogDecades);
        t = 0.5 + 0.5 * sign(v) * share;
    }
    return clamp(t, 0.0, 1.0);
}

vec4 value_color(float v) {
    if (is_nan_bits(v)) return u_nan_color;
    if (is_inf_bits(v)) return v > 0.0 ? u_pos_inf_color : u_neg_inf_color;
    if (v == kOutsideValue) return u_outside_color;
    float x = scale_to_unit(v) * 255.0;
    int i = min(int(x), 254);
    vec4 a = texelFetch(u_lut, ivec2(i, 0), 0);
    vec4 b = texelFetch(u_lut, ivec2(i + 1, 0), 0);
    return vec4(mix(a.rgb, b.rgb, x - float(i)), 1.0);
}
