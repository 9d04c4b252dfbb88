using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Data;
using Bnn.Training;
using Text = Bnn.Trainer.Reports.Text;

namespace Bnn.Trainer.Experiments;

/// <summary>A search for a smaller network as an experiment that grows: each step is a run with a key, worked on and kept like any other.</summary>
internal sealed class ShrinkRun
{
    private readonly ShrinkSearch _search;
    private readonly ShrinkOptions _options;
    private readonly Experiment _experiment; // without variants
    private readonly DataShelf _data;
    private readonly Piece _piece;
    private IReadOnlyList<ShrinkStep> _steps;

    /// <summary>Takes the baseline as the finished run that it is, and looks at what is there of the others.</summary>
    /// <param name="context">Where progress goes.</param>
    /// <param name="folder">The folder of the baseline.</param>
    /// <param name="baseline">Its finished state.</param>
    /// <param name="set">What it was trained on.</param>
    /// <param name="options">What to search for.</param>
    /// <param name="data">The data.</param>
    /// <param name="results">Where results are kept.</param>
    /// <param name="work">Where runs are worked on.</param>
    /// <param name="piece">How much to do now.</param>
    /// <exception cref="UsageException">The baseline is no run that <c>bnn train</c> makes from random weights.</exception>
    public ShrinkRun(
        CommandContext context, string folder, Checkpoint baseline, DataSet set, ShrinkOptions options, DataShelf data, ResultFolder results, WorkFolder work,
        PieceOptions piece)
    {
        (_options, _data) = (options, data);
        var start = new ShrinkStep(ShrinkSearch.Baseline, baseline.Options.Encoding, Architecture.Parse(baseline.Options.Architecture));
        _search = new(start, baseline.Input, baseline.ClassCount, options);
        _experiment = new(
            results.Path, Path.GetFileName(Path.TrimEndingDirectorySeparator(results.Path)), [set], [baseline.Options.Seed],
            TrainingSettings.Of(set, baseline.Options), Grid: [], Variants: [], ShrinkSearch.Baseline, ReadsTest: false, KeepsModels: true, piece.Limit?.TotalMinutes);
        _steps = [start];
        ExperimentPlan plan = Plan();
        if (plan.Runs[0].DataHash != baseline.DataHash)
            throw new InvalidDataException($"{folder} was trained on another content of {set.Argument} than there is now.");
        Adopt(plan.Runs[0], results, work, RunFolder.Open(folder));
        _piece = new(context, plan, data, results, work, piece);
    }

    /// <summary>What is done, in the order of the search; the first is the baseline.</summary>
    public IReadOnlyList<ShrinkOutcome> Outcomes => [.. _steps.Select(Outcome).OfType<ShrinkOutcome>()];

    /// <summary>Does step after step, and writes table and smallest model behind each.</summary>
    /// <returns>Whether the search is over; otherwise the time is, or another process is at work on the next step.</returns>
    public bool Run()
    {
        while (true)
        {
            _piece.Run(() => _piece.Save(Write));
            if (Outcomes.Count < _steps.Count)
                return false;
            IReadOnlyList<ShrinkStep> steps = _search.Steps(name => Outcomes.FirstOrDefault(outcome => outcome.Step.Name == name)?.IsWithin);
            if (steps.Count == _steps.Count)
                break;
            _steps = steps;
            _piece.Extend(Plan());
        }
        _piece.Save(Write);
        return true;
    }

    private ExperimentPlan Plan() => ExperimentPlan.Of(_experiment with { Variants = [.. _steps.Select(step => step.ToVariant())] }, _data);

    // A run folder is one like those that are worked on; its time is not known.
    private static void Adopt(PlannedRun run, ResultFolder results, WorkFolder work, RunFolder from)
    {
        if (results.Find(run) is not null && results.FindModel(run) is not null)
            return;
        using FileStream? held = work.TryLock(run);
        if (held is not null && !work.IsBegun(run))
            work.Restore(run, File.ReadAllBytes(from.CheckpointPath), RunTime.None);
    }

    private ShrinkOutcome? Outcome(ShrinkStep step)
    {
        if (ResultOf(step) is not { } result || ResultOf(_steps[0]) is not { } baseline)
            return null;
        double difference = 100.0 * (result.Validation.Correct - baseline.Validation.Correct) / baseline.Validation.Samples;
        return new(step, result, difference, difference >= -_options.MaxDrop);
    }

    private PlannedRun RunOf(ShrinkStep step) =>
        _piece.Plan.RunOf(_piece.Plan.Arms.First(arm => arm.Variant.Name == step.Name), _experiment.Seeds[0]);

    private RunResult? ResultOf(ShrinkStep step) => _piece.Kept.GetValueOrDefault(RunOf(step).Key);

    private void Write()
    {
        var table = new ShrinkTable(_experiment.Name, _options, Outcomes);
        string folder = _piece.Results.Path;
        AtomicFile.WriteText(Path.Combine(folder, "shrink.md"), table.ToMarkdown());
        AtomicFile.WriteText(Path.Combine(folder, "shrink.csv"), table.ToCsv());
        BnnFile.Save(Path.Combine(folder, "smallest.bnn"), WithProvenance(table.Smallest));
    }

    private Network WithProvenance(ShrinkOutcome smallest)
    {
        Network network = BnnFile.Load(_piece.Results.FindModel(RunOf(smallest.Step))!);
        RunResult baseline = Outcomes[0].Result;
        MetadataEntry[] more =
        [
            new("search", FormattableString.Invariant(
                $"halving {_options.Order.ToString().ToLowerInvariant()}, at most {_options.MaxDrop} points, from {(_options.Slices is { } slices ? Text.Count(slices, "slice") : "the whole input")}")),
            new("baseline-hash", baseline.Model!.Hash),
            new("baseline-accuracy", Text.Fixed(baseline.Validation.Accuracy, 4)),
            new("baseline-weights", FormattableString.Invariant($"{baseline.Model.LiveWeights}")),
        ];
        return network with { Metadata = network.Metadata.Concat(more).ToEquatableArray() };
    }
}
