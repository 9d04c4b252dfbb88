using System.CommandLine;
using Bnn.Trainer.Data;

namespace Bnn.Trainer.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>DATASET</summary>
    public static Argument<DataSet?> DataSet(bool isOptional = false) => new("DATASET")
    {
        Description = $"One of {DataCatalogue.Names}",
        Arity = isOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
        CustomParser = result =>
        {
            if (result.Tokens.Count == 0)
                return null;
            DataSet? set = DataCatalogue.Find(result.Tokens[0].Value);
            if (set is null)
                result.AddError($"no data set is called '{result.Tokens[0].Value}'; there are {DataCatalogue.Names}.");
            return set;
        },
    };

    /// <summary>MODEL</summary>
    public static Argument<string> Model() => new("MODEL") { Description = "A model file, or a run folder, which stands for the model.bnn in it" };

    /// <summary>RUN</summary>
    public static Argument<string> RunFolder() => new("RUN") { Description = "A run folder that bnn train or bnn prune made" };

    /// <summary>--threads</summary>
    public static Option<int> Threads() => Number.Option("--threads", "Threads; 0 takes one a processor. They change no bit", 0, 0, 256);

    /// <summary>--data-dir</summary>
    public static Option<string?> DataDir() => new("--data-dir")
    {
        Description = $"The folder with the data sets [default: the environment variable {DataCatalogue.Variable}]",
        HelpName = "DIR",
    };

    /// <summary>--json</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object instead of text" };
}
