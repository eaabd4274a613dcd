// det J of one token everywhere in the plane: fill by log|det J|, hue by its sign, two crossings hatched, det J = 0 thick.
#version 410 core

#include "plane_det.glsl"

uniform vec4 u_window;  // x and y at the lower left corner, and how far it reaches
uniform vec2 u_size;    // picture in pixels
uniform vec2 u_limits;  // log|det| at the low and the high end of the fill
uniform vec4 u_safe_low, u_safe_high, u_beyond_low, u_beyond_high;
uniform vec4 u_line_color, u_halo_color, u_iso_color, u_nan_color;
uniform float u_line_px, u_halo_px, u_iso_step, u_hatch_px;

out vec4 o_color;

// How many pixels away a function is 0, to first order.
float pixels_to_zero(float value) {
    return abs(value) / max(length(vec2(dFdx(value), dFdy(value))), 1e-20);
}

void main() {
    vec2 u = u_window.xy + u_window.zw * gl_FragCoord.xy / u_size;
    PlaneValue value = plane_value(u);
#ifdef SHOW_VALUE
    o_color = unpackUnorm4x8(floatBitsToUint(value.det));  // the number itself, to be read back
#else
    float logdet = log(max(abs(value.det), 1e-30));
    float level = u_iso_step > 0.0 ? logdet / u_iso_step : 0.0;
    float slope = fwidth(level);
    float line_away = pixels_to_zero(value.det);
    float edge_away = pixels_to_zero(value.spread);

    float t = clamp((logdet - u_limits.x) / (u_limits.y - u_limits.x), 0.0, 1.0);
    vec3 beyond = mix(u_beyond_low.rgb, u_beyond_high.rgb, t);
    vec3 color = value.det >= 0.0 ? mix(u_safe_low.rgb, u_safe_high.rgb, t) : beyond;
    // Both eigenvalues of I - J real and above 1: beyond twice, so det J is positive again.
    bool twice_or_met = value.det > 0.0 && value.trace > 2.0;
    bool twice = twice_or_met && value.spread >= 0.0;
    if (twice && fract((gl_FragCoord.x + gl_FragCoord.y) / u_hatch_px) < 0.5) color = u_beyond_high.rgb;
    if ((floatBitsToUint(value.det) & 0x7fffffffu) > 0x7f800000u) color = u_nan_color.rgb;

    float iso_away = abs(fract(level - 0.5) - 0.5) / max(slope, 1e-9);
    float iso = (1.0 - smoothstep(0.4, 1.2, iso_away)) * (1.0 - smoothstep(0.1, 0.3, slope)) * smoothstep(2e-4, 1e-3, slope);
    color = mix(color, u_iso_color.rgb, u_iso_color.a * iso);
    // Where two real eigenvalues meet and leave as a pair, the count falls from 2 to 0 and det J is not 0: a thin edge.
    if (twice_or_met) color = mix(color, u_iso_color.rgb, 0.7 * clamp(1.25 - edge_away, 0.0, 1.0));

    float half_line = 0.5 * u_line_px;
    float halo = 1.0 - smoothstep(half_line, half_line + u_halo_px + 0.5, line_away);
    color = mix(color, u_halo_color.rgb, u_halo_color.a * halo);
    color = mix(color, u_line_color.rgb, clamp(half_line + 0.5 - line_away, 0.0, 1.0));
    o_color = vec4(color, 1.0);
#endif
}
