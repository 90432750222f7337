"""What the terms of the momentum equation do to energy and enstrophy: sums over faces and nodes, a value per row.

``wx``, ``wy`` are the distances of the centres on either side of a face (m). ``first_j``, ``first_i`` are the first row
and column of padded indices of the faces, or nodes, that count across their direction: H where it is periodic, H + 1
where the first is on a side. All velocities and rates are padded.
"""

from __future__ import annotations

from numba import njit, prange

H = 2


@njit(parallel=True, cache=True)
def power(u, v, du, dv, wx, wy, dx, dy, first_j, first_i, rows):
    """``u*du + v*dv`` (m2/s3) times the control volumes of the faces, into ``rows`` (ny,), m4/s3."""
    nx = u.shape[1] - 2 * H
    for row in prange(rows.size):
        j = row + H
        total = 0.0
        for i in range(first_i, H + nx):
            total += u[j, i] * du[j, i] * wx[i]
        total *= dy[j]
        if j >= first_j:
            across = 0.0
            for i in range(H, H + nx):
                across += v[j, i] * dv[j, i] * dx[i]
            total += across * wy[j]
        rows[row] = total


@njit(parallel=True, cache=True)
def vorticity(u, v, rdxu, rdyv, omega):
    """Vorticity (1/s) on the nodes, padded like cells by their south-west corner, and one layer around."""
    ny, nx = u.shape[0] - 2 * H, u.shape[1] - 2 * H
    for row in prange(ny + 3):
        s, j = row, row + 1
        for i in range(H - 1, H + nx + 2):
            omega[j, i] = (v[j, i] - v[j, i - 1]) * rdxu[i] - (u[j, i] - u[s, i]) * rdyv[j]


@njit(parallel=True, cache=True)
def spin(omega, inside, du, dv, wx, wy, first_j, first_i, rows):
    """``omega * (d(dv)/dx - d(du)/dy)`` (1/s3) times the areas of the nodes ``inside`` (padded, 0 or 1), into ``rows``
    (ny,), m2/s3. The rates are wrapped onto the line before the first one where the sides are periodic."""
    nx = omega.shape[1] - 2 * H
    for row in prange(rows.size):
        j = row + H
        total = 0.0
        if j >= first_j:
            for i in range(first_i, H + nx):
                circulation = (dv[j, i] - dv[j, i - 1]) * wy[j] - (du[j, i] - du[j - 1, i]) * wx[i]
                total += inside[j, i] * omega[j, i] * circulation
        rows[row] = total


@njit(parallel=True, cache=True)
def enstrophy(omega, inside, u, v, nu, m, wx, wy, first_j, first_i, rows):
    """Per row of nodes ``inside``, into ``rows`` (ny, 3), times their areas: ``omega^2/2`` (m2/s2), what viscosity
    dissipates of it and what the flow carries in (m2/s3). ``nu`` (m2/s): padded, on the nodes.

    The dissipation is ``nu*((domega/dx)^2 + (domega/dy)^2)``, half of each line to a neighbour belonging to the node;
    half the product of two neighbours is carried between them by volume-weighted means of the velocity.
    """
    rdx, rdxu, wxw, wxe, rdy, rdyv, wys, wyn = m
    nx = omega.shape[1] - 2 * H
    for row in prange(rows.shape[0]):
        s, j, n = row + H - 1, row + H, row + H + 1
        content = loss = gain = 0.0
        if j >= first_j:
            for i in range(first_i, H + nx):
                w, e = i - 1, i + 1
                q, area = omega[j, i], inside[j, i] * wx[i] * wy[j]
                qw, qe, qs, qn = omega[j, w], omega[j, e], omega[s, i], omega[n, i]
                along_x = (qe - q) ** 2 * rdx[i] + (q - qw) ** 2 * rdx[w]
                along_y = (qn - q) ** 2 * rdy[j] + (q - qs) ** 2 * rdy[s]
                uw = wys[j] * (u[s, w] + u[s, i]) + wyn[j] * (u[j, w] + u[j, i])
                ue = wys[j] * (u[s, i] + u[s, e]) + wyn[j] * (u[j, i] + u[j, e])
                vs = wxw[i] * (v[s, w] + v[j, w]) + wxe[i] * (v[s, i] + v[j, i])
                vn = wxw[i] * (v[j, w] + v[n, w]) + wxe[i] * (v[j, i] + v[n, i])
                content += 0.5 * q * q * area
                loss += 0.5 * nu[j, i] * (along_x * rdxu[i] + along_y * rdyv[j]) * area
                gain -= 0.25 * q * ((ue * qe - uw * qw) * rdxu[i] + (vn * qn - vs * qs) * rdyv[j]) * area
        rows[row, 0], rows[row, 1], rows[row, 2] = content, loss, gain
