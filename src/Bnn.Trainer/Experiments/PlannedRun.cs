using Bnn.Trainer.Data;

namespace Bnn.Trainer.Experiments;

/// <summary>One line of the table: a variant at a point of the grid on a data set. It has a run for each seed.</summary>
/// <param name="Label">For people; unique on its data set.</param>
/// <param name="Variant">The variant.</param>
/// <param name="Point">The point of the grid of all variants, in words; empty without a grid.</param>
/// <param name="Data">The data set.</param>
/// <param name="Settings">All options that the file sets for it.</param>
/// <param name="Parent">The arm whose runs its own start or learn from, or null.</param>
internal sealed record Arm(string Label, Variant Variant, string Point, DataSet Data, IReadOnlyList<Setting> Settings, Arm? Parent);

/// <summary>A run of an experiment.</summary>
/// <param name="Arm">Its arm.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Line">The words of the command line that it stands for.</param>
/// <param name="Recipe">What they ask for.</param>
/// <param name="DataHash">Hash of the training set.</param>
/// <param name="Key">See <see cref="RunKey"/>.</param>
/// <param name="Parent">The run that it starts or learns from, or null.</param>
internal sealed record PlannedRun(Arm Arm, ulong Seed, IReadOnlyList<string> Line, RunRecipe Recipe, string DataHash, string Key, PlannedRun? Parent)
{
    /// <summary>The key as it stands in names of files.</summary>
    public string ShortKey => Key[..RunKey.ShortLength];

    /// <summary>Runs of equal time class take the same time for an epoch.</summary>
    public TimeClass TimeClass => new(DataHash, Recipe.Timed, Parent?.TimeClass);

    /// <summary>For people.</summary>
    public string Title => FormattableString.Invariant($"{Arm.Label}, seed {Seed}");
}

/// <summary>What decides how long an epoch takes on a machine.</summary>
/// <param name="DataHash">The data.</param>
/// <param name="Options">Options with all that costs no time left out.</param>
/// <param name="Parent">Of the run that it starts from, or null.</param>
internal sealed record TimeClass(string DataHash, object Options, TimeClass? Parent);
