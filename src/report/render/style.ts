/** The whole style of a report. It names no file and no address. */
export const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--ground:#fff;--raised:#f6f8fa;--good:#1a6b34;--bad:#a40e26;--warn:#7a4d00;--blue:#0a56b3;--violet:#6639a6;--teal:#0b6b72;--bar:#6e7781}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--line:#3d444d;--ground:#0d1117;--raised:#161b22;--good:#56d364;--bad:#ff7b72;--warn:#e3b341;--blue:#79c0ff;--violet:#d2a8ff;--teal:#56d4dd;--bar:#8b949e}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:1.5rem 1.25rem 4rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .25rem}h2{font-size:1.3rem;margin:2.5rem 0 .5rem;padding-top:1rem;border-top:2px solid var(--line);overflow-wrap:anywhere}h3{font-size:1.1rem;margin:2rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .4rem}
p{margin:.4rem 0}a{color:var(--blue)}code{font:.86em/1.4 ui-monospace,SFMono-Regular,Menlo,monospace;overflow-wrap:anywhere}time{white-space:nowrap}
.soft{color:var(--soft)}.lead{font-size:1.05rem}.note{border-left:.3rem solid var(--warn);background:var(--raised);padding:.5rem .8rem;margin:.8rem 0}.note.bad{border-color:var(--bad)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.6rem 0}
.scroll{overflow-x:auto;margin:.5rem 0}.scroll:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
table{border-collapse:collapse;width:100%;margin:.4rem 0;font-size:.92rem}caption{text-align:left;font-weight:600;padding:.35rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line)}thead th{border-bottom:2px solid var(--line);color:var(--soft);font-weight:600}tbody th{font-weight:500;white-space:nowrap}td ul{margin:0;padding-left:1.1rem}
.num{text-align:right;font-variant-numeric:tabular-nums}
.is{font-weight:600;white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
ul{margin:.4rem 0;padding-left:1.3rem}li{margin:.15rem 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
details{margin:.4rem 0;border-bottom:1px solid var(--line);padding-bottom:.3rem}summary{cursor:pointer;padding:.2rem 0;overflow-wrap:anywhere}details>:not(summary),details>.scroll{margin-left:1.1rem}
del{text-decoration:line-through;color:var(--soft)}ins{text-decoration:none;font-weight:600}
svg{display:block;max-width:none;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--ink)}svg .tick,svg .break{fill:var(--soft);font-size:10px}svg .grid{stroke:var(--line);stroke-dasharray:2 3}svg .break-line{stroke:var(--soft);fill:none}
svg .bar{fill:var(--bar)}svg .bar.read,svg .bar.verify{fill:var(--teal)}svg .bar.additive,svg .bar.whole{fill:var(--blue)}svg .bar.disruptive,svg .bar.undo,svg .bar.unwinding{fill:var(--warn)}svg .bar.destructive,svg .bar.discard{fill:var(--bad)}svg .bar.gate{fill:var(--ground);stroke:var(--soft);stroke-dasharray:3 2}svg .bar.open{stroke:var(--ink);stroke-dasharray:4 2}
svg .down-ground{fill:var(--bad);opacity:.1}svg .down-line{stroke:var(--bad);stroke-width:1.5;opacity:.55}svg .down-text{fill:var(--bad);font-weight:600}
@media (max-width:40rem){body{padding:1rem .8rem 3rem}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}table{font-size:.86rem}}
@page{size:A4;margin:16mm 14mm}
@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--ground:#fff;--raised:#f4f4f4;--good:#1a6b34;--bad:#a40e26;--warn:#7a4d00;--blue:#0a56b3;--violet:#6639a6;--teal:#0b6b72;--bar:#6e7781}body{max-width:none;padding:0;font-size:10pt}nav{display:none}h2,h3,h4,caption{break-after:avoid}tr,svg,.note{break-inside:avoid}thead{display:table-header-group}.scroll{overflow:visible}table{font-size:8pt}tbody th{white-space:normal;overflow-wrap:break-word}th,td{padding-right:.4rem}td code{overflow-wrap:anywhere}svg{max-width:100%;width:100%}details::details-content{content-visibility:visible;display:block}a{color:inherit;text-decoration:none}*{print-color-adjust:exact}}
`;
