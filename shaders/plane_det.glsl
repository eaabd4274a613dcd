// One token of the plane as a function of where it lies: det J and what its picture needs, in closed form (core/playground/position_map).

const int kMostTokens = 12;

uniform vec4 u_tokens[kMostTokens];  // of the past: where it lies, its key A^T u
uniform int u_count;
uniform vec4 u_a;      // A with the scale, row by row
uniform int u_strict;  // 0: the token attends to itself too

struct PlaneValue {
    float det;     // det J
    float trace;   // tr(I - J)
    float spread;  // of the eigenvalues of I - J: (difference / 2)^2, negative for a complex pair
};

PlaneValue plane_value(vec2 u) {
    vec2 key = vec2(u_a.x * u.x + u_a.y * u.y, u_a.z * u.x + u_a.w * u.y);  // A u
    float weights[kMostTokens];
    float top = u_strict != 0 ? -3.0e38 : dot(u, key);
    for (int s = 0; s < u_count; ++s) {
        weights[s] = dot(u_tokens[s].zw, u);
        top = max(top, weights[s]);
    }
    float own = u_strict != 0 ? 0.0 : exp(dot(u, key) - top);
    float sum = own;
    vec2 mean = vec2(0.0);  // about u
    for (int s = 0; s < u_count; ++s) {
        weights[s] = exp(weights[s] - top);
        sum += weights[s];
        mean += weights[s] * (u_tokens[s].xy - u);
    }
    if (sum <= 0.0) return PlaneValue(1.0, 0.0, 0.0);
    mean /= sum;
    // Central moments: nothing large cancels.
    vec3 c = (own / sum) * vec3(mean.x * mean.x, mean.x * mean.y, mean.y * mean.y);
    for (int s = 0; s < u_count; ++s) {
        vec2 d = u_tokens[s].xy - u - mean;
        c += (weights[s] / sum) * vec3(d.x * d.x, d.x * d.y, d.y * d.y);
    }
    // M = I - J, row by row.
    vec4 m = vec4(c.x * u_a.x + c.y * u_a.z, c.x * u_a.y + c.y * u_a.w, c.y * u_a.x + c.z * u_a.z, c.y * u_a.y + c.z * u_a.w);
    own /= sum;
    m += own * vec4(1.0 - mean.x * key.x, -mean.x * key.y, -mean.y * key.x, 1.0 - mean.y * key.y);
    float half_difference = 0.5 * (m.x - m.w);
    return PlaneValue((1.0 - m.x) * (1.0 - m.w) - m.y * m.z, m.x + m.w, half_difference * half_difference + m.y * m.z);
}
