using System.CommandLine;
using System.CommandLine.Parsing;
using Bnn.Generator.Compiler;
using Bnn.Model;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>DATASET</summary>
    public static Argument<DataSet?> DataSet(bool isOptional = false) => new("DATASET")
    {
        Description = $"One of {DataCatalogue.Names}; or data of your own: {DataSpec.Forms}",
        Arity = isOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        CustomParser = ParseDataSet,
    };

    /// <summary>--data, for runs that know their data</summary>
    public static Option<DataSet?> Data() => new("--data")
    {
        Description = "The run's own data, if they do not lie where they lay when it was started",
        HelpName = "DATASET",
        CustomParser = ParseDataSet,
    };

    /// <summary>--data, for measuring times</summary>
    public static Option<DataSet?> MeasuredData() => new("--data")
    {
        Description = "Measure with the test images of a known set, or with all of data of your own [default: noise from a fixed seed]",
        HelpName = "DATASET",
        CustomParser = ParseDataSet,
    };

    /// <summary>MODEL</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "A model file, or a run folder, which stands for the model.bnn in it" };

    /// <summary>RUN</summary>
    public static Argument<string> RunFolder() => new("RUN") { Description = "A run folder that bnn train or bnn prune made" };

    /// <summary>--goal</summary>
    public static Option<string?> Goal() => new("--goal") { Description = "Latency (default), Throughput or Size", HelpName = "NAME" };

    /// <summary>--lowering</summary>
    public static Option<string?> Lowering() => new("--lowering")
    {
        Description = "Unrolled, PopCountTable, ChannelLanes, PixelLanes, ActiveColumns, Permute, SampleLanes or BitCircuit for all layers that have it"
            + " [default: the planner chooses for each]",
        HelpName = "NAME",
    };

    /// <summary>What the compiler is to do with a model.</summary>
    /// <exception cref="UsageException">An option has a value that is not known, in the words of the command line.</exception>
    public static CompileSettings Settings(ModelSource source)
    {
        var wrong = new List<ModelError>();
        CompileSettings settings = CompileSettings.Of(source, wrong);
        // The compiler speaks of the metadata of a project's item.
        return wrong.Count == 0 ? settings : throw new UsageException(string.Join("; ", wrong.Select(error => error.Message))
            .Replace("BnnGoal", "--goal", StringComparison.Ordinal).Replace("BnnLowering", "--lowering", StringComparison.Ordinal));
    }

    /// <summary>--threads</summary>
    public static Option<int> Threads() => Number.Option("--threads", "Threads; 0 takes one a processor. They change no bit", 0, 0, 256);

    /// <summary>--data-dir</summary>
    public static Option<string?> DataDir() => new("--data-dir")
    {
        Description = $"A folder with known data sets, searched before that of {DataEnvironment.Variable} and the cache; it receives downloads",
        HelpName = "DIR",
    };

    /// <summary>--offline</summary>
    public static Option<bool> Offline() => new("--offline")
    {
        Description = $"Download nothing, as the environment variable {DataEnvironment.OfflineVariable}=1",
    };

    /// <summary>--json</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text" };

    private static DataSet? ParseDataSet(ArgumentResult result)
    {
        if (result.Tokens.Count == 0)
            return null;
        DataSet? set = Bnn.Trainer.Data.DataSet.Parse(result.Tokens[0].Value, out string? problem);
        if (problem is not null)
            result.AddError(problem);
        return set;
    }
}
