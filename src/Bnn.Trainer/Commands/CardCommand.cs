using System.CommandLine;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Bnn.Storage;
using Bnn.Trainer.Data;
using Bnn.Trainer.Experiments;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Training;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn card</c>: puts the model of a finished run of an experiment into a folder of models, with a page about it.</summary>
internal static class CardCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        var result = new Argument<string>("RESULT") { Description = "The result of a run, a .json in the results of an experiment with \"keep\": \"model\"" };
        var name = new Option<string?>("--name") { Description = "Name of the model and of both files", HelpName = "NAME", Required = true };
        var folder = new Option<string>("--out", "-o") { Description = "The folder to write to", HelpName = "DIR", DefaultValueFactory = _ => "models" };
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("card", "Puts the model of a finished run among others, with a page that tells what it can and how it was made.",
        [
            "bnn card experiments/results/optdigits/plain-s1-0123456789ab.json --name optdigits",
        ])
        {
            result, name, folder, dataDir, offline,
        };
        command.SetAction(parsed => Run(
            context, parsed.GetRequiredValue(result), parsed.GetRequiredValue(name)!, parsed.GetRequiredValue(folder),
            DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline))));
        return command;
    }

    private static int Run(CommandContext context, string path, string name, string folder, DataAccess access)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') || name.StartsWith('.') || name.Length > ModelCaps.NameLength)
            throw new UsageException($"'{name}' becomes the name of files: letters, digits, hyphens, dots and underscores, at most {ModelCaps.NameLength}.");
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"the folder {folder} does not exist.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no result {path}.");
        var result = RunResult.Read(path);
        string kept = Path.ChangeExtension(path, ".bnn");
        if (!File.Exists(kept))
            throw new FileNotFoundException($"there is no model {kept}; the experiment keeps it with \"keep\": \"model\".");
        Network network = BnnFile.Load(kept, out string hash) with { Name = name };
        if (hash != result.Model?.Hash)
            throw new InvalidDataException($"{kept} is not the model of its result: SHA-256 {hash} instead of {result.Model?.Hash ?? "none"}.");
        string model = Path.Combine(folder, name + ".bnn"), page = Path.Combine(folder, name + ".md");
        string text = BnnWriter.Write(network);
        var input = new ModelInput(model, network, BnnReader.Read(text).Hash, Run: null);
        PlanMeasurement measured = Measure(input, result, access, context.Cancel);
        var card = new ModelCard(name, result, network, input.Hash, System.Text.Encoding.UTF8.GetByteCount(text), measured);
        context.Stop.While(
            () => AtomicFile.WriteAll(
                (model, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text))),
                (page, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(card.ToMarkdown())))),
            afterwards: $"stopped; {model} and {page} were written.");
        Summary.Write(
            context.Out, $"{name}: card written.", [("model", $"{model}, {Text.Size(card.FileBytes)}"), ("page", page)],
            [$"bnn inspect {Text.Argument(model)} --measure"]);
        return ExitCode.Ok;
    }

    // With images that were held out: what is fast may depend on how they look.
    private static PlanMeasurement Measure(ModelInput model, RunResult result, DataAccess access, CancellationToken cancel)
    {
        DataSet set = DataSet.Parse(result.Data, out string? problem) ?? throw new InvalidDataException(problem);
        LabeledImages images = set.ReadSplit(DataSet.Validation, access, ModelInterface.Of(model));
        CompileSettings settings = CompileSettings.Of(new ModelSource(model.Path, null, new CompileOptions { ClassName = "Model" }), []);
        Plan plan = BnnCompiler.Plan(model.Network, settings, cancel);
        return PlanMeasurement.Of(plan, settings, model, MeasuredImages.Of(images, DataSet.Validation), cancel);
    }
}
