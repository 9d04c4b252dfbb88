using System.CommandLine;
using Bnn.Trainer.Commands;

namespace Bnn.Trainer.Experiments;

/// <summary>How a run is trained on.</summary>
/// <param name="Epochs">Epochs to add.</param>
/// <param name="LearningRate">Largest one.</param>
/// <param name="Seed">Decides order and augmentation.</param>
/// <param name="HasConstantRate">Whether the rate stays, as for a window in which flips are counted.</param>
/// <param name="CountsFlipsOfSteps">Whether they are counted from step to step.</param>
internal sealed record ContinueOptions(int Epochs, double LearningRate, ulong Seed, bool HasConstantRate, bool CountsFlipsOfSteps);

/// <summary>The words for it in experiment files.</summary>
internal sealed class ContinueArguments
{
    private readonly Option<int> _epochs = Number.Option("--epochs", "", Defaults.Epochs, 1, 1_000_000);
    private readonly Option<double> _learningRate = Number.Option("--learning-rate", "", Defaults.LearningRate, 0.000001, 1.0);
    private readonly Option<ulong> _seed = Number.Option("--seed", "", Defaults.Seed, ulong.MinValue, ulong.MaxValue);
    private readonly Option<bool> _constantRate = new("--constant-rate");
    private readonly Option<bool> _flipsOfSteps = new("--flips-of-steps");

    /// <summary>What is taken where a file says nothing.</summary>
    public static ContinueOptions Defaults { get; } = new(Epochs: 10, LearningRate: 0.005, Seed: 0, HasConstantRate: false, CountsFlipsOfSteps: false);

    /// <summary>A command that takes them.</summary>
    public Command Command() => new("continue") { CommonOptions.RunFolder(), _epochs, _learningRate, _seed, _constantRate, _flipsOfSteps };

    /// <summary>What the words of a line ask for.</summary>
    public ContinueOptions Options(ParseResult parsed) => new(
        parsed.GetValue(_epochs), parsed.GetValue(_learningRate), parsed.GetValue(_seed), parsed.GetValue(_constantRate), parsed.GetValue(_flipsOfSteps));
}
