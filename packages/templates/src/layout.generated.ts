// Generated from layout/ by scripts/build-layout.ts. Do not edit it.
import type { LayoutValues } from './layout-values.js';

export function layoutHtml(values: LayoutValues): string {
  return `<!DOCTYPE html><html lang="${values.lang}" dir="${values.dir}"><head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${values.title}</title>
<style>:root{color-scheme:light dark;supported-color-schemes:light dark;}@media (prefers-color-scheme:dark){.page{background-color:${values.dark.page} !important;}.card{background-color:${values.dark.card} !important;}.code{background-color:${values.dark.page} !important;}.button{background-color:${values.dark.accent} !important;}.brand,.heading,.text,.value,.digits{color:${values.dark.text} !important;}.note,.name,.address,.footer,.quiet{color:${values.dark.muted} !important;}.more{border-color:${values.dark.page} !important;}.label{color:${values.dark.onAccent} !important;} }[data-ogsb] .page{background-color:${values.dark.page} !important;}[data-ogsb] .card{background-color:${values.dark.card} !important;}[data-ogsb] .code{background-color:${values.dark.page} !important;}[data-ogsb] .button{background-color:${values.dark.accent} !important;}[data-ogsc] .brand,[data-ogsc] .heading,[data-ogsc] .text,[data-ogsc] .value,[data-ogsc] .digits{color:${values.dark.text} !important;}[data-ogsc] .note,[data-ogsc] .name,[data-ogsc] .address,[data-ogsc] .footer,[data-ogsc] .quiet{color:${values.dark.muted} !important;}[data-ogsc] .label{color:${values.dark.onAccent} !important;}</style>
${values.brand.darkLogoUrl ? `<style>@media (prefers-color-scheme:dark){.day{display:none !important;}.night{display:block !important;max-height:none !important;} }[data-ogsc] .day{display:none !important;}[data-ogsc] .night{display:block !important;max-height:none !important;}</style>` : ''}
</head>
<body class="page" style="margin:0;padding:0;background-color:${values.light.page}">
<div class="preheader" style="display:none;max-height:0;max-width:0;overflow:hidden;mso-hide:all">${values.hasCode ? `{{#if code}}<span dir="ltr">{{code}}</span>${values.valid ? ` &#183; ${values.valid}` : ''}{{else}}${values.intro}{{/if}}` : `${values.intro}`}&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;&#8199;&#847;&#8204;</div>
<div class="page" dir="${values.dir}" role="main" lang="${values.lang}" style="margin:0;padding:0;background-color:${values.light.page}">
<!--[if mso]><table role="presentation" width="480" align="center" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table class="frame" border="0" role="presentation" width="100%" align="center" cellpadding="0" cellspacing="0" style="width:100%;max-width:480px;margin:0 auto;border-collapse:separate;font-family:${values.brand.font}">
<tbody><tr><td class="brand" align="${values.start}" style="padding:24px 20px 16px;font-size:18px;line-height:24px;font-weight:600;word-break:break-word;color:${values.light.text}">
${values.brand.logoUrl ? `${values.brand.darkLogoUrl ? `<img class="logo day" height="32" src="${values.brand.logoUrl}" alt="${values.brand.name}" style="display:block;width:auto;max-width:100%;border:0"><div class="night" style="display:none;max-height:0;overflow:hidden;mso-hide:all"><img class="logo" height="32" src="${values.brand.darkLogoUrl}" alt="${values.brand.name}" style="display:block;width:auto;max-width:100%;border:0"></div>` : `<img class="logo" height="32" src="${values.brand.logoUrl}" alt="${values.brand.name}" style="display:block;width:auto;max-width:100%;border:0">`}` : `<span dir="auto">${values.brand.name}</span>`}
</td></tr>
<tr><td class="card" bgcolor="${values.light.card}" align="${values.start}" style="padding:28px 20px 12px;border-radius:12px;background-color:${values.light.card};color:${values.light.text}">
<h1 class="heading" style="margin:0 0 12px;font-size:22px;line-height:30px;font-weight:600;word-break:break-word;color:${values.light.text}">${values.heading}</h1>
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:${values.light.text}">${values.intro}</p>
${values.hasFacts ? `<div class="details" style="margin:0 0 16px">${values.facts.map((item) => `${item.open}<table class="detail" border="0" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 8px;font-size:14px;line-height:21px;word-break:break-word"><tbody><tr><td class="name" width="35%" style="vertical-align:top;color:${values.light.muted}">${item.label}</td><td class="value" style="vertical-align:top;color:${values.light.text}">${item.value}</td></tr></tbody></table>${item.close}`).join('')}</div>` : ''}
${values.isNotice ? `{{#if request}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.requestDetails}</p>
<div class="details" style="margin:0 0 16px">${values.request.map((item) => `${item.open}<table class="detail" border="0" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 8px;font-size:14px;line-height:21px;word-break:break-word"><tbody><tr><td class="name" width="35%" style="vertical-align:top;color:${values.light.muted}">${item.label}</td><td class="value" style="vertical-align:top;color:${values.light.text}">${item.value}</td></tr></tbody></table>${item.close}`).join('')}</div>{{/if}}` : ''}
${values.hasCode ? `{{#if code}}
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:${values.light.text}">${values.enterCode}</p>
<table class="block" border="0" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 16px;border-collapse:separate">
<tbody><tr><td class="code" bgcolor="${values.light.page}" align="center" style="padding:16px 0;border-radius:8px;background-color:${values.light.page}"><span class="digits" dir="ltr" style="font-family:Menlo,Consolas,'Courier New',monospace;font-size:32px;line-height:40px;font-weight:700;letter-spacing:4px;word-break:break-word;-webkit-user-select:all;user-select:all;color:${values.light.text}">{{code}}</span></td></tr>
</tbody></table>
{{/if}}` : ''}
{{#if link}}
<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:${values.light.text}">${values.hasCode ? `{{#if code}}${values.orOpenLink}{{else}}${values.openLink}{{/if}}` : `${values.openLink}`}</p>
<table class="block" border="0" role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px;border-collapse:separate">
<tbody><tr><td class="button" bgcolor="${values.light.accent}" align="center" style="border-radius:${values.brand.radius};background-color:${values.light.accent};mso-padding-alt:12px 24px"><a class="label" href="{{link}}" style="display:inline-block;padding:12px 24px;font-size:16px;line-height:24px;font-weight:600;text-decoration:none;word-break:break-word;color:${values.light.onAccent}">${values.button}</a></td></tr>
</tbody></table>
{{/if}}
${values.isNotice ? `` : `${values.valid ? `<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.valid}</p>` : `{{#if validFor}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.validIfKnown}</p>{{/if}}`}`}
${values.withoutLink ? `{{#unless link}}<p class="text" style="margin:0 0 16px;font-size:16px;line-height:24px;word-break:break-word;color:${values.light.text}">${values.withoutLink}</p>{{/unless}}` : ''}
${values.unexpected ? `` : `{{#if link}}`}<div class="more" style="padding:16px 0 0;border-top:1px solid ${values.light.page}">
${values.unexpected ? `<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.unexpected}</p>` : ''}
${values.hasCode ? `{{#if code}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.neverShare}</p>{{/if}}` : ''}
${values.isNotice ? `` : `{{#if request}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.requestDetails}</p>
<div class="details" style="margin:0 0 16px">${values.request.map((item) => `${item.open}<table class="detail" border="0" role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 8px;font-size:14px;line-height:21px;word-break:break-word"><tbody><tr><td class="name" width="35%" style="vertical-align:top;color:${values.light.muted}">${item.label}</td><td class="value" style="vertical-align:top;color:${values.light.text}">${item.value}</td></tr></tbody></table>${item.close}`).join('')}</div>{{/if}}`}
{{#if link}}<p class="note" style="margin:0 0 16px;font-size:14px;line-height:21px;word-break:break-word;color:${values.light.muted}">${values.linkFallback}<br><span dir="ltr"><a class="address" href="{{link}}" style="word-break:break-all;text-decoration:underline;color:${values.light.muted}">{{link}}</a></span></p>{{/if}}
</div>${values.unexpected ? `` : `{{/if}}`}
</td></tr>
<tr><td class="footer" align="${values.start}" style="padding:16px 20px 24px;font-size:13px;line-height:20px;word-break:break-word;color:${values.light.muted}">
${values.sentTo ? `{{#if recipient}}${values.sentTo}<br>{{/if}}` : ''}${values.footer}${values.brand.supportUrl ? `<br><a class="quiet" href="${values.brand.supportUrl}" style="text-decoration:underline;color:${values.light.muted}">${values.support}</a>` : ''}${values.brand.address ? `<br><span dir="auto">${values.brand.address}</span>` : ''}
</td></tr>
</tbody></table>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body></html>
`;
}

export function layoutText(values: LayoutValues): string {
  return `${values.heading}

${values.intro}

${values.facts.map((item) => `${item.open}
${item.line}

${item.close}
`).join('')}${values.isNotice ? `{{#if request}}
${values.requestDetails}
${values.request.map((item) => `${item.open}
${item.line}
${item.close}
`).join('')}
{{/if}}
` : ''}${values.hasCode ? `{{#if code}}
${values.enterCode}

{{code}}

{{/if}}
` : ''}{{#if link}}
${values.hasCode ? `{{#if code}}${values.orOpenLink}{{else}}${values.openLink}{{/if}}
` : `${values.openLink}
`}
{{link}}

{{/if}}
${values.withoutLink ? `{{#unless link}}
${values.withoutLink}

{{/unless}}
` : ''}${values.isNotice ? `` : `${values.valid ? `${values.valid}

` : `{{#if validFor}}
${values.validIfKnown}

{{/if}}
`}`}${values.unexpected ? `${values.unexpected}

` : ''}${values.hasCode ? `{{#if code}}
${values.neverShare}

{{/if}}
` : ''}${values.isNotice ? `` : `{{#if request}}
${values.requestDetails}
${values.request.map((item) => `${item.open}
${item.line}
${item.close}
`).join('')}
{{/if}}
`}
${values.sentTo ? `{{#if recipient}}
${values.sentTo}
{{/if}}
` : ''}${values.footer}
${values.brand.supportUrl ? `${values.support} – ${values.brand.supportUrl}
` : ''}${values.brand.address ? `${values.brand.address}
` : ''}${values.hasCode ? `${values.brand.domain ? `{{#if code}}

@${values.brand.domain} #{{code}}
{{/if}}
` : ''}` : ''}`;
}
