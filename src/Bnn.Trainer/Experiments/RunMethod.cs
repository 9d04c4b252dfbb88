using System.CommandLine;
using Bnn.Pruning;
using Bnn.Trainer.Commands;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
using Bnn.Training;

namespace Bnn.Trainer.Experiments;

/// <summary>A way to make a run: the command whose options it takes, and what it computes from them.</summary>
/// <remarks>
/// Options are those of the command line, parsed by the command itself: words, ranges and defaults are the same, and an option that a command
/// gains can be used in experiment files at once.
/// </remarks>
internal abstract class RunMethod
{
    // What the experiment decides itself, and what makes several runs.
    private static readonly string[] s_notSettings =
        ["--out", "--resume", "--name", "--seed", "--threads", "--data", "--data-dir", "--offline", "--max-drop", "--help"];

    private readonly Command _command;

    private RunMethod(Command command) => _command = command;

    /// <summary>All methods.</summary>
    public static IReadOnlyList<RunMethod> All { get; } = [new Train(), new Prune(), new Continue()];

    /// <summary>The method of a variant that says nothing else.</summary>
    public static RunMethod Usual => All[0];

    /// <summary>Its word in a file.</summary>
    public string Name => _command.Name;

    /// <summary>Whether its runs start from another run.</summary>
    public bool HasParent => this is not Train;

    /// <summary>What stands in a line for the folder of the run that it needs.</summary>
    public const string ParentWord = "PARENT";

    /// <summary>The options that a file may set, without hyphens.</summary>
    public IEnumerable<string> Keys => Settings.Select(option => option.Name[2..]);

    private IEnumerable<Option> Settings => _command.Options.Where(option => !s_notSettings.Contains(option.Name));

    /// <summary>Whether an option takes no value.</summary>
    public bool IsSwitch(string key) => Settings.Single(option => option.Name == $"--{key}").ValueType == typeof(bool);

    /// <summary>Whether an option names another run, such as a teacher: in a file, a variant.</summary>
    public bool IsRun(string key) => Settings.Single(option => option.Name == $"--{key}").HelpName == "RUN";

    /// <summary>What is wrong with the value of an option, or null.</summary>
    public string? Problem(Setting setting) =>
        _command.Parse([.. Arguments("optdigits"), .. setting.Words]).Errors
            .Select(error => error.Message.Replace("--", "", StringComparison.Ordinal)).FirstOrDefault();

    /// <summary>The line that a person would type, but for the names of folders.</summary>
    public string[] Line(DataSet data, IEnumerable<Setting> settings, ulong seed) =>
        [Name, .. Arguments(data.Argument), .. settings.SelectMany(setting => setting.Words), "--seed", FormattableString.Invariant($"{seed}")];

    /// <summary>What the words of <see cref="Line"/> ask for.</summary>
    /// <exception cref="UsageException">No run has such options.</exception>
    public RunRecipe Recipe(DataSet data, IReadOnlyList<string> line)
    {
        ParseResult parsed = _command.Parse([.. line.Skip(1)]);
        return parsed.Errors.Count == 0 ? Recipe(data, parsed) : throw new UsageException(parsed.Errors[0].Message);
    }

    /// <summary>Starts a run.</summary>
    /// <param name="recipe">What <see cref="Recipe(DataSet, IReadOnlyList{string})"/> gave.</param>
    /// <param name="data">The training set.</param>
    /// <param name="parent">The finished run to start or to learn from, if there is one.</param>
    /// <param name="threads">Threads to use.</param>
    /// <exception cref="UsageException">No network of the recipe fits the data.</exception>
    public abstract TrainingRun Start(RunRecipe recipe, LabeledImages data, TrainingRun? parent, int threads);

    /// <summary>What the arguments of the command are.</summary>
    protected virtual string[] Arguments(string data) => [ParentWord];

    /// <summary>See <see cref="Recipe(DataSet, IReadOnlyList{string})"/>.</summary>
    protected abstract RunRecipe Recipe(DataSet data, ParseResult parsed);

    private sealed class Train : RunMethod
    {
        private readonly TrainCommand _train;

        public Train()
            : this(new TrainCommand())
        {
        }

        private Train(TrainCommand train)
            : base(train.Build(CommandContext.Silent)) => _train = train;

        public override TrainingRun Start(RunRecipe recipe, LabeledImages data, TrainingRun? parent, int threads) =>
            RunSession.Checked(() => TrainingRun.Start((TrainingOptions)recipe.Options, data, threads, parent?.ToCheckpoint()));

        protected override string[] Arguments(string data) => [data];

        protected override RunRecipe Recipe(DataSet data, ParseResult parsed)
        {
            TrainingOptions options = _train.Options(parsed, data);
            // What decides how long an epoch takes.
            TrainingOptions timed = options with { Seed = 0, SplitSeed = 0, Epochs = 1, LearningRate = 1, WarmUpSteps = 0, Temperature = 1, LabelSmoothing = 0 };
            return new(options, new TrainingOptions(), options.Epochs, timed);
        }
    }

    private sealed class Prune : RunMethod
    {
        private readonly PruneCommand _prune;

        public Prune()
            : this(new PruneCommand())
        {
        }

        private Prune(PruneCommand prune)
            : base(prune.Build(CommandContext.Silent)) => _prune = prune;

        public override TrainingRun Start(RunRecipe recipe, LabeledImages data, TrainingRun? parent, int threads) =>
            RunSession.Checked(() =>
            {
                var options = (PruningOptions)recipe.Options;
                return Pruner.Prune(parent!, options, network => UsualPlan.Cycles(network, options.IsTimeOfBatch, CancellationToken.None)).Run;
            });

        protected override RunRecipe Recipe(DataSet data, ParseResult parsed)
        {
            PruningOptions options = _prune.Options(parsed);
            return new(options, new PruningOptions(), options.Epochs, options with { Seed = 0, Epochs = 1, LearningRate = 1 });
        }
    }

    /// <summary>Trains on: the control of every pruning.</summary>
    private sealed class Continue : RunMethod
    {
        private readonly ContinueArguments _arguments;

        public Continue()
            : this(new ContinueArguments())
        {
        }

        private Continue(ContinueArguments arguments)
            : base(arguments.Command()) => _arguments = arguments;

        public override TrainingRun Start(RunRecipe recipe, LabeledImages data, TrainingRun? parent, int threads)
        {
            var options = (ContinueOptions)recipe.Options;
            return RunSession.Checked(() => options.HasConstantRate
                ? TrainingRun.FlipWindow(parent!, options.Epochs, options.LearningRate, options.CountsFlipsOfSteps, options.Seed)
                : TrainingRun.Continue(parent!, options.Epochs, options.LearningRate, options.Seed));
        }

        protected override RunRecipe Recipe(DataSet data, ParseResult parsed)
        {
            ContinueOptions options = _arguments.Options(parsed);
            return new(options, ContinueArguments.Defaults, options.Epochs, "continue");
        }
    }
}

/// <summary>What a run computes.</summary>
/// <param name="Options">All of it, but for data and parent.</param>
/// <param name="Defaults">The same with default values: what does not differ from them is no part of a run's key.</param>
/// <param name="Epochs">Epochs of the run.</param>
/// <param name="Timed">The part of the options that decides how long an epoch takes.</param>
internal sealed record RunRecipe(object Options, object Defaults, int Epochs, object Timed);
