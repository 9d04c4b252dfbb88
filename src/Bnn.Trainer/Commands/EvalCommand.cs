using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Bnn.Inference;
using Bnn.Trainer.Data;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn eval</c>: classifies a part of a data set with the interpreter and counts what is right.</summary>
internal static class EvalCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> model = CommonOptions.Model();
        Argument<DataSet?> dataSet = CommonOptions.DataSet(isOptional: true);
        var split = new Option<string>("--split")
        {
            Description = "Which samples: test, train (without the validation samples) or validation",
            HelpName = "NAME",
            DefaultValueFactory = _ => "test",
        };
        split.AcceptOnlyFromAmong([.. DataSet.Splits]);
        Option<double?> minimum = Number.Optional("--min-accuracy", "Exit with 3 if the accuracy is below this share", 0.0, 1.0);
        var predictions = new Option<string?>("--predictions") { Description = "Write the class of each sample, one a line, to this file", HelpName = "FILE" };
        Option<bool> json = CommonOptions.Json();
        Option<string?> dataDir = CommonOptions.DataDir();
        var command = new CommandWithExamples("eval", "Measures the accuracy of a model.",
        [
            "bnn eval runs/fashion",
            "bnn eval model.bnn mnist --split validation --min-accuracy 0.96",
            "bnn eval model.bnn optdigits --json --predictions classes.txt",
        ])
        {
            model, dataSet, split, minimum, predictions, json, dataDir,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetRequiredValue(model), parsed.GetValue(dataSet), parsed.GetRequiredValue(split), parsed.GetValue(minimum),
            parsed.GetValue(predictions), parsed.GetValue(json), parsed.GetValue(dataDir))));
        return command;
    }

    private sealed record Wish(string Model, DataSet? DataSet, string Split, double? Minimum, string? Predictions, bool Json, string? DataDir);

    private static int Run(CommandContext context, Wish wish)
    {
        if (wish.Predictions is not null)
            OutputFile.Check(wish.Predictions);
        var model = ModelInput.Load(wish.Model);
        DataSet set = wish.DataSet ?? OfRun(model);
        if (model.Network.Input != set.Shape || model.Network.ClassCount != set.Labels.Count)
        {
            throw new InvalidDataException(
                $"{model.Path} takes {model.Network.Input} and knows {model.Network.ClassCount} classes, "
                + $"but {set.Name} has {set.Shape} and {set.Labels.Count}.");
        }
        LabeledImages samples = set.ReadSplit(wish.Split, DataCatalogue.Folder(wish.DataDir), context.Warn);
        var interpreter = new Interpreter(model.Network);
        var watch = Stopwatch.StartNew();
        EvaluationResult result = Classification.Run(interpreter, samples, context.Cancel);
        var report = new EvalReport(model, set, wish.Split, result, watch.Elapsed);
        if (wish.Predictions is not null)
            OutputFile.Write(context, wish.Predictions, string.Concat(result.Predicted.Select(c => c.ToString(CultureInfo.InvariantCulture) + "\n")));
        if (wish.Json)
            report.WriteJson(context.Out);
        else
            report.WriteText(context.OutConsole());
        if (wish.Minimum is not { } minimum || result.Accuracy >= minimum)
            return ExitCode.Ok;
        context.Error.WriteLine($"error: accuracy {Text.Percent(result.Accuracy)} is below the {Text.Percent(minimum)} of --min-accuracy.");
        return ExitCode.CheckFailed;
    }

    private static DataSet OfRun(ModelInput model)
    {
        if (model.Run is not { } run)
            throw new UsageException($"which data? Name a data set: {DataCatalogue.Names}. Only a run folder knows its own.");
        string name = run.ReadCheckpoint().DataName;
        return DataCatalogue.Find(name)
            ?? throw new InvalidDataException($"{run.Path} was trained on '{Text.Safe(name)}', which is none of {DataCatalogue.Names}.");
    }
}
