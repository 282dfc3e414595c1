/** The page at `/`: what there is, until there is a dashboard. */
export const indexPage = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>packmill</title></head>
<body>
<h1>packmill</h1>
<ul>
<li><a href="/api/queue/stats">queue</a>, <a href="/api/queue/packages">queued packages</a></li>
<li><a href="/stages.html">stages</a></li>
<li><a href="/recipes.html">recipes that keep themselves up to date</a></li>
<li><a href="/python.html">symbols of Python</a></li>
<li><a href="/ebins.html">ebins</a></li>
<li><a href="/api/builders">builders</a></li>
<li><a href="/api/builds">builds</a></li>
<li><a href="/api/events">events</a></li>
<li><a href="/metrics">metrics</a>, <a href="/readyz">health</a></li>
<li><a href="/api/openapi.json">description of all routes (OpenAPI)</a></li>
</ul>
<p>Logs: <code>/logs.html?id=PKGBASE</code> with colours, <code>/api/logs/PKGBASE</code> as text.</p>
</body>
</html>
`;
