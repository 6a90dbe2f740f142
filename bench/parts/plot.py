"""A plot as SVG: requests per second of CPU, on a logarithmic scale, for who answers an operation."""
import math
from xml.sax.saxutils import escape

COLOURS = {"standalone": "#2b6cb0", "keystone": "#63b3ed", "peer": "#c05621", "floor": "#718096",
           "floor, prepared": "#a0aec0", "raw": "#cbd5e0"}
SHOWN = ("get", "list 10", "list 100", "search, ten found", "poll", "post backup", "post job", "patch job")
LEFT, WIDTH, BAR, GAP = 230, 560, 15, 12


def bars(report):
    """Operation, subject, requests per second of CPU; in the order they are drawn."""
    for operation in SHOWN:
        for subject in COLOURS:
            row = report.find(operation, subject)
            if row and row["per_cpu_second"]:
                yield operation, subject, row["per_cpu_second"]


def draw(report):
    drawn = list(bars(report))
    if not drawn:
        return None
    low = math.floor(math.log10(min(value for *_, value in drawn)))
    high = math.ceil(math.log10(max(value for *_, value in drawn)))
    scale = WIDTH / max(1, high - low)
    parts, y, last = [], 40, None
    for operation, subject, value in drawn:
        if operation != last:
            y += GAP if last else 0
            parts.append(f'<text x="8" y="{y + BAR - 3}" font-weight="bold">{escape(operation)}</text>')
            last = operation
        length = max(1, (math.log10(value) - low) * scale)
        parts.append(f'<text x="{LEFT - 6}" y="{y + BAR - 3}" text-anchor="end">{escape(subject)}</text>'
                     f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 3}" fill="{COLOURS[subject]}"/>'
                     f'<text x="{LEFT + length + 4:.1f}" y="{y + BAR - 3}">{value:,.0f}</text>')
        y += BAR
    lines = [f'<line x1="{x}" y1="34" x2="{x}" y2="{y}" stroke="#e2e8f0"/>'
             f'<text x="{x}" y="30" text-anchor="middle" fill="#718096">{10 ** exponent:,}</text>'
             for exponent in range(low, high + 1) for x in [LEFT + (exponent - low) * scale]]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" height="{y + 12}" '
            'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>'
            '<text x="8" y="14" font-size="13">Requests per second of CPU of server and database</text>'
            + "".join(lines + parts) + "</svg>\n")
