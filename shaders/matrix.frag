// A grid of matrices, one texel a cell: colours by map and range, future cells and gaps apart. A single matrix is a grid of one.
#version 410 core
#include "color_scale.glsl"

uniform sampler2D u_values;   // the matrices side by side without gaps
uniform ivec2 u_cell;         // columns, rows of one matrix
uniform int u_gap;            // texels between matrices
uniform int u_causal;         // column > row has no value

out vec4 o_color;

void main() {
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    ivec2 pitch = u_cell + ivec2(u_gap);
    ivec2 tile = pixel / pitch;
    ivec2 inner = pixel - tile * pitch;
    if (inner.x >= u_cell.x || inner.y >= u_cell.y) {
        o_color = vec4(u_outside_color.rgb, 0.0);
    } else if (u_causal != 0 && inner.x > inner.y) {
        o_color = u_outside_color;
    } else {
        o_color = value_color(texelFetch(u_values, tile * u_cell + inner, 0).r);
    }
}
