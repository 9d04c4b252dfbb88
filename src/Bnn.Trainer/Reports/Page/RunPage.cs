namespace Bnn.Trainer.Reports.Page;

/// <summary>The report of a run as one HTML page: it fetches nothing and needs no script.</summary>
internal static class RunPage
{
    /// <summary>The whole page. Equal reports give equal text.</summary>
    public static string Write(RunReport report)
    {
        (string Id, string Title, Markup Content)[] sections =
        [
            ("learning", "Learning", LearningSection.Write(report)),
            ("answers", "Answers", AnswersSection.Write(report)),
            ("images", "Images", ImagesSection.Write(report)),
            ("layers", "Layers", LayersSection.Write(report)),
        ];
        if (!report.IsReal)
            sections = [.. sections, ("counts", "Counts and limits", CountsSection.Write(report))];
        return "<!DOCTYPE html>\n" + Markup.Of($"""
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta name="generator" content="{Engine}"/>
            <title>{report.Network.Name} - training report</title>
            <style>
            {StyleSheet.Charts}{StyleSheet.Page}</style>
            </head>
            <body>
            {HeadSection.Write(report, sections.Select(section => (section.Id, section.Title)))}<main>
            {sections.Select(section => Markup.Of($"""
                <section id="{section.Id}" aria-labelledby="{section.Id}-title">
                <h2 id="{section.Id}-title">{section.Title}</h2>
                {section.Content}</section>

                """))}</main>
            <footer>Written by {Engine} from the run folder alone and the images held out from training. The test set was not read.</footer>
            </body>
            </html>

            """);
    }

    private static string Engine => "BnnGen " + typeof(RunPage).Assembly.GetName().Version!.ToString(3);
}
