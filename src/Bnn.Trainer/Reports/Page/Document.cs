namespace Bnn.Trainer.Reports.Page;

/// <summary>What all pages have: a head that allows nothing from elsewhere, the style sheet, and sections.</summary>
internal static class Document
{
    /// <summary>Name and version of this program.</summary>
    public static string Engine => "BnnGen " + typeof(Document).Assembly.GetName().Version!.ToString(3);

    /// <summary>The whole page.</summary>
    /// <param name="title">Of the window.</param>
    /// <param name="header">What stands above the sections.</param>
    /// <param name="sections">Id, heading and content.</param>
    /// <param name="origin">What the page was written from.</param>
    public static string Write(string title, Markup header, IReadOnlyList<(string Id, string Title, Markup Content)> sections, string origin) => "<!DOCTYPE html>\n" + Markup.Of($"""
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="generator" content="{Engine}"/>
        <title>{title}</title>
        <style>
        {StyleSheet.Charts}{StyleSheet.Page}</style>
        </head>
        <body>
        {header}<main>
        {sections.Select(section => Markup.Of($"""
            <section id="{section.Id}" aria-labelledby="{section.Id}-title">
            <h2 id="{section.Id}-title">{section.Title}</h2>
            {section.Content}</section>

            """))}</main>
        <footer>Written by {Engine} {origin}</footer>
        </body>
        </html>

        """);
}
