using Bnn.Generator.Compiler.Planning;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Training;

namespace Bnn.Trainer.Reports;

/// <summary>What <c>bnn report</c> found out about a run.</summary>
/// <param name="Run">Options, history and data.</param>
/// <param name="Network">The folded network: of the finished run, or of its last checkpoint; of full precision, its outline.</param>
/// <param name="Hash">SHA-256 of the model file (of full precision: of the checkpoint), 64 hexadecimal digits.</param>
/// <param name="FileBytes">Size of that file.</param>
/// <param name="Result">What the network answers on the validation split.</param>
/// <param name="Scores"><c>[validation images, classes]</c>; real ones are rounded.</param>
/// <param name="Counts">For each layer that compares counts with limits.</param>
/// <param name="CountedImages">Images that <paramref name="Counts"/> were taken from.</param>
/// <param name="Plan">What the generator makes of it; null: it is of full precision.</param>
internal sealed record RunReport(
    TrainingRun Run, Network Network, string Hash, long FileBytes, EvaluationResult Result, int[] Scores,
    IReadOnlyList<CountStatistics> Counts, int CountedImages, Plan? Plan)
{
    // Operations of the reference, which is slow: some seconds, but for networks that are very large.
    private const long CountBudget = 100_000_000;
    private const int FewestCounted = 2;
    private const int MostCounted = 1000;

    /// <summary>Whether weights and values are real.</summary>
    public bool IsReal => Run.Options.FullPrecision;

    /// <summary>The held-out images: nothing else is looked at.</summary>
    public LabeledImages Images => Run.Split.Validation;

    /// <summary>Runs the network on the validation split. Equal runs give equal reports.</summary>
    /// <param name="run">A run whose data are at hand.</param>
    /// <param name="network">Its folded network.</param>
    /// <param name="hash">SHA-256 of its model file.</param>
    /// <param name="fileBytes">Size of its model file.</param>
    /// <param name="plan">What the generator makes of it.</param>
    /// <param name="cancel">Looked at between images.</param>
    public static RunReport Of(TrainingRun run, Network network, string hash, long fileBytes, Plan plan, CancellationToken cancel)
    {
        LabeledImages images = run.Split.Validation;
        var interpreter = new Interpreter(network);
        int classes = network.ClassCount;
        var scores = new int[images.Count * classes];
        var given = new int[images.Count];
        for (int i = 0; i < images.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            Span<int> own = scores.AsSpan(i * classes, classes);
            interpreter.Scores(images.Image(i), own);
            given[i] = Reference.ArgMax(own);
        }
        int counted = (int)Math.Min(images.Count, Math.Clamp(CountBudget / Math.Max(1, network.Operations()), FewestCounted, MostCounted));
        int[] sample = [.. Enumerable.Range(0, counted).Select(i => (int)((long)i * images.Count / counted))];
        IReadOnlyList<CountStatistics> counts = CountStatistics.Of(network, images, sample, cancel);
        return new(run, network, hash, fileBytes, new(classes, given, images.Labels), scores, counts, counted, plan);
    }

    /// <summary>The same for a run of full precision.</summary>
    /// <param name="run">A run whose data are at hand.</param>
    /// <param name="hash">SHA-256 of its checkpoint.</param>
    /// <param name="fileBytes">Size of its checkpoint.</param>
    /// <param name="cancel">Looked at between batches.</param>
    public static RunReport OfReal(TrainingRun run, string hash, long fileBytes, CancellationToken cancel)
    {
        LabeledImages images = run.Split.Validation;
        Checkpoint checkpoint = run.ToCheckpoint();
        double[] scores = checkpoint.Scores(images, threads: 1, cancel);
        var result = new EvaluationResult(checkpoint.ClassCount, checkpoint.Predict(images, threads: 1, cancel), images.Labels);
        return new(run, run.Outline(), hash, fileBytes, result, [.. scores.Select(score => (int)Math.Round(score))], [], 0, Plan: null);
    }

    /// <summary>By how much the best score of an image leads over the second one; 0 with one class.</summary>
    public int Lead(int image)
    {
        ReadOnlySpan<int> own = Scores.AsSpan(image * Network.ClassCount, Network.ClassCount);
        int given = Result.Predicted[image];
        int second = int.MinValue;
        for (int c = 0; c < own.Length; c++)
        {
            if (c != given)
                second = Math.Max(second, own[c]);
        }
        return own.Length == 1 ? 0 : own[given] - second;
    }

    /// <summary>Whether the answer to an image is right.</summary>
    public bool IsRight(int image) => Result.Predicted[image] == Images.Labels[image];

    /// <summary>Name of a class.</summary>
    public string ClassName(int label) => label < Images.ClassNames.Count ? Images.ClassNames[label] : Text.Whole(label);
}
