// Generated from layout/ by scripts/build-layout.ts. Do not edit it.
export const HTML_LAYOUT = String.raw`<!DOCTYPE html><html lang="{{lang}}" dir="{{dir}}"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>{{{title}}}</title>
<style>:root{color-scheme:light dark;supported-color-schemes:light dark;}@media (prefers-color-scheme:dark){.page{background-color:{{dark.page}} !important;}.card{background-color:{{dark.card}} !important;}.code{background-color:{{dark.page}} !important;}.button{background-color:{{dark.accent}} !important;}.brand,.heading,.text,.digits{color:{{dark.text}} !important;}.note,.address,.footer,.quiet{color:{{dark.muted}} !important;}.label{color:{{dark.onAccent}} !important;} }[data-ogsb] .page{background-color:{{dark.page}} !important;}[data-ogsb] .card{background-color:{{dark.card}} !important;}[data-ogsb] .code{background-color:{{dark.page}} !important;}[data-ogsb] .button{background-color:{{dark.accent}} !important;}[data-ogsc] .brand,[data-ogsc] .heading,[data-ogsc] .text,[data-ogsc] .digits{color:{{dark.text}} !important;}[data-ogsc] .note,[data-ogsc] .address,[data-ogsc] .footer,[data-ogsc] .quiet{color:{{dark.muted}} !important;}[data-ogsc] .label{color:{{dark.onAccent}} !important;}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:{{light.page}}">
<div class="preheader" style="display:none;max-height:0;max-width:0;overflow:hidden;mso-hide:all">{{#if hasCode}}\{{#if code}}<span dir="ltr">\{{code}}</span>{{#if valid}} &#183; {{{valid}}}{{/if}}\{{else}}{{{intro}}}\{{/if}}{{else}}{{{intro}}}{{/if}}&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;</div>
<div class="page" dir="{{dir}}" role="main" lang="{{lang}}" style="margin:0;padding:0;background-color:{{light.page}}">
<!--[if mso]><table role="presentation" width="480" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table class="frame" border="0" role="presentation" width="100%" align="center" cellpadding="0" cellspacing="0" style="width:100%;max-width:480px;margin:0 auto;border-collapse:separate;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif">
<tbody><tr><td class="brand" align="{{start}}" style="padding:24px 20px 16px;font-size:18px;line-height:24px;font-weight:600;word-break:break-word;color:{{light.text}}">
{{#if brand.logoUrl}}<img class="logo" height="32" src="{{brand.logoUrl}}" alt="{{brand.name}}" style="display:block;width:auto;max-width:100%;border:0">{{else}}<span dir="auto">{{brand.name}}</span>{{/if}}
</td></tr>
<tr><td class="card" bgcolor="{{light.card}}" align="{{start}}" style="padding:28px 20px 12px;border-radius:12px;background-color:{{light.card}};color:{{light.text}}">
<h1 class="heading" style="margin:0 0 12px;font-size:22px;line-height:30px;font-weight:600;word-break:break-word;color:{{light.text}}">{{{heading}}}</h1>
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:{{light.text}}">{{{intro}}}</p>
{{#if hasCode}}\{{#if code}}
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:{{light.text}}">{{{enterCode}}}</p>
<table class="block" border="0" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 16px;border-collapse:separate">
<tbody><tr><td class="code" bgcolor="{{light.page}}" align="center" style="padding:16px 0;border-radius:8px;background-color:{{light.page}}"><span class="digits" dir="ltr" style="font-family:Menlo,Consolas,'Courier New',monospace;font-size:32px;line-height:40px;font-weight:700;letter-spacing:4px;word-break:break-word;-webkit-user-select:all;user-select:all;color:{{light.text}}">\{{code}}</span></td></tr>
</tbody></table>
\{{/if}}
{{/if}}
\{{#if link}}
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:{{light.text}}">{{#if hasCode}}\{{#if code}}{{{orOpenLink}}}\{{else}}{{{openLink}}}\{{/if}}{{else}}{{{openLink}}}{{/if}}</p>
<table class="block" border="0" role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px;border-collapse:separate">
<tbody><tr><td class="button" bgcolor="{{light.accent}}" align="center" style="border-radius:8px;background-color:{{light.accent}};mso-padding-alt:12px 24px"><a class="label" href="\{{link}}" style="display:inline-block;padding:12px 24px;font-size:16px;line-height:24px;font-weight:600;text-decoration:none;word-break:break-word;color:{{light.onAccent}}">{{{button}}}</a></td></tr>
</tbody></table>
<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:{{light.muted}}">{{{linkFallback}}}<br><span dir="ltr"><a class="address" href="\{{link}}" style="word-break:break-all;text-decoration:underline;color:{{light.muted}}">\{{link}}</a></span></p>
\{{/if}}
{{#if valid}}<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:{{light.text}}">{{{valid}}}</p>{{else}}\{{#if validFor}}<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:{{light.text}}">{{{validIfKnown}}}</p>\{{/if}}{{/if}}
<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:{{light.muted}}">{{{unexpected}}}</p>
{{#if hasCode}}\{{#if code}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:{{light.muted}}">{{{neverShare}}}</p>\{{/if}}{{/if}}
</td></tr>
<tr><td class="footer" align="{{start}}" style="padding:16px 20px 24px;font-size:13px;line-height:20px;word-break:break-word;color:{{light.muted}}">
{{{footer}}}{{#if brand.supportUrl}}<br><a class="quiet" href="{{brand.supportUrl}}" style="text-decoration:underline;color:{{light.muted}}">{{{support}}}</a>{{/if}}{{#if brand.address}}<br><span dir="auto">{{brand.address}}</span>{{/if}}
</td></tr>
</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body></html>
`;

export const TEXT_LAYOUT = String.raw`{{{heading}}}

{{{intro}}}

{{#if hasCode}}
\{{#if code}}
{{{enterCode}}}

\{{code}}

\{{/if}}
{{/if}}
\{{#if link}}
{{#if hasCode}}
\{{#if code}}{{{orOpenLink}}}\{{else}}{{{openLink}}}\{{/if}}
{{else}}
{{{openLink}}}
{{/if}}

\{{link}}

\{{/if}}
{{#if valid}}
{{{valid}}}

{{else}}
\{{#if validFor}}
{{{validIfKnown}}}

\{{/if}}
{{/if}}
{{{unexpected}}}
{{#if hasCode}}
\{{#if code}}

{{{neverShare}}}
\{{/if}}
{{/if}}


{{{footer}}}
{{#if brand.supportUrl}}
{{{support}}} – {{{brand.supportUrl}}}
{{/if}}
{{#if brand.address}}
{{{brand.address}}}
{{/if}}
`;
