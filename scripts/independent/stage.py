"""The fitted stage's margins: Jacobian, determinant, singular values, spectrum, each from its definition (E1-E5)."""
import math

import numpy as np

FIRST_MARGIN = 2  # of a window: before it J does not depend on the token


def attention(u, w_q, w_k):
    """Strictly causal weights (batch, time, time); the first row, which has no past, is zero."""
    time = u.shape[1]
    scores = (u @ w_q.T) @ np.swapaxes(u @ w_k.T, 1, 2) / math.sqrt(len(w_q))
    past = np.tril(np.ones((time, time), dtype=bool), -1)
    scores = np.where(past, scores, -np.inf)
    scores[:, 0, 0] = 0.0
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    weights[:, 0, :] = 0.0
    return weights


def log_determinants(u, places, w_q, w_k):
    """log|det J| alone, at the `places` of one window u (time, d)."""
    a = w_k.T @ w_q / math.sqrt(len(w_q))
    weights = attention(u[None], w_q, w_k)[0]
    found = []
    for place in places:
        w, past = weights[place, :place], u[:place]
        from_center = past - w @ past
        found.append(np.linalg.slogdet(np.eye(u.shape[1]) - from_center.T @ (w[:, None] * from_center) @ a)[1])
    return np.array(found)


def margins(u, measured, w_q, w_k):
    """Of the (row, time) pairs `measured` of u (batch, time, d): log|det J|, sigma_min, whether it is beyond, |e|²."""
    a = w_k.T @ w_q / math.sqrt(len(w_q))
    weights = attention(u, w_q, w_k)
    residual = u - weights @ u
    row, time = np.array(measured, dtype=int).T
    w, past, e = weights[row, time], u[row], residual[row, time]
    center = np.einsum("ns,nsd->nd", w, past)
    covariance = np.swapaxes(past, 1, 2) @ (w[:, :, None] * past) - center[:, :, None] * center[:, None, :]
    step = covariance @ a
    jacobian = np.eye(u.shape[2]) - step
    values = np.linalg.eigvals(step)
    return {"logdet": np.linalg.slogdet(jacobian)[1], "sigma_min": np.linalg.svd(jacobian, compute_uv=False)[:, -1],
            "beyond": ((values.imag == 0.0) & (values.real > 1.0)).any(1), "energy": (e * e).sum(1)}
