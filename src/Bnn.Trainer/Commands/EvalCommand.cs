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
        Option<string?> split = Choice.Optional(
            "--split",
            "Which samples: test (of a known set), train (without the validation samples), validation, or all (of data of your own)"
                + " [default: test; data of your own: all, or validation of a run's]",
            DataSet.Splits);
        Option<double?> minimum = Number.Optional("--min-accuracy", "Exit with 3 if the accuracy is below this share", 0.0, 1.0);
        var predictions = new Option<string?>("--predictions") { Description = "Write the class of each sample, one a line, to this file", HelpName = "FILE" };
        Option<bool> json = CommonOptions.Json();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("eval", "Measures the accuracy of a model.",
        [
            "bnn eval runs/fashion",
            "bnn eval model.bnn mnist --split validation --min-accuracy 0.96",
            "bnn eval model.bnn optdigits --json --predictions classes.txt",
            "bnn eval runs/photos/model.bnn images:more-photos",
        ])
        {
            model, dataSet, split, minimum, predictions, json, dataDir, offline,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetRequiredValue(model), parsed.GetValue(dataSet), parsed.GetValue(split), parsed.GetValue(minimum),
            parsed.GetValue(predictions), parsed.GetValue(json), DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline)))));
        return command;
    }

    private sealed record Wish(string Model, DataSet? DataSet, string? Split, double? Minimum, string? Predictions, bool Json, DataAccess Access);

    private static int Run(CommandContext context, Wish wish)
    {
        if (wish.Predictions is not null)
            OutputFile.Check(wish.Predictions);
        RunFolder? run = RunFolder.Exists(wish.Model) ? RunFolder.Open(wish.Model) : null;
        EvalSubject model = run is not null && !File.Exists(run.ModelPath) && run.ReadCheckpoint() is { Options.FullPrecision: true } real
            ? OfCheckpoint(real, run)
            : OfFile(ModelInput.Load(wish.Model));
        DataSet set = wish.DataSet ?? OfRun(run);
        string split = wish.Split ?? (wish.DataSet is null ? set.HonestSplit : set.UsualSplit);
        LabeledImages samples = set.ReadSplit(split, wish.Access, model.Interface);
        var watch = Stopwatch.StartNew();
        EvaluationResult result = model.Classify(samples, context.Cancel);
        var report = new EvalReport(model, samples, split, result, watch.Elapsed);
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

    private static DataSet OfRun(RunFolder? run) => run is null
        ? throw new UsageException($"which data? Name a data set: {DataCatalogue.Names}. Only a run folder knows its own.")
        : RunSession.DataOf(run.ReadCheckpoint(), run.Path);

    private static EvalSubject OfFile(ModelInput model)
    {
        var interpreter = new Interpreter(model.Network);
        return new(
            model.Network.Name, model.Path, model.Hash, "interpreted", ModelInterface.Of(model),
            (samples, cancel) => Classification.Run(interpreter, samples, cancel));
    }

    private static EvalSubject OfCheckpoint(Checkpoint checkpoint, RunFolder run) => new(
        checkpoint.Options.Name, run.CheckpointPath, run.CheckpointHash(), "in floats",
        new(run.CheckpointPath, checkpoint.Input, checkpoint.ClassCount, [], checkpoint.DataHash),
        (samples, cancel) => new(checkpoint.ClassCount, checkpoint.Predict(samples, threads: 1, cancel), samples.Labels));
}
