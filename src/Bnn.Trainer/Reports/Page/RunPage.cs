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
        return Document.Write(
            $"{report.Network.Name} - training report", HeadSection.Write(report, sections.Select(section => (section.Id, section.Title))), sections,
            "from the run folder alone and the images held out from training. The test set was not read.");
    }
}
