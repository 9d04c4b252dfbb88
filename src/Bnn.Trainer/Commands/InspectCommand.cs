using System.CommandLine;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Model;
using Bnn.Trainer.Reports;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn inspect</c>: what a model file holds, and what the generator will make of it.</summary>
internal static class InspectCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> model = CommonOptions.Model();
        Option<bool> json = CommonOptions.Json();
        var command = new CommandWithExamples("inspect", "Shows what a model holds and what it will compile to.",
        [
            "bnn inspect runs/fashion/model.bnn",
            "bnn inspect model.bnn --json",
        ])
        {
            model, json,
        };
        command.SetAction(parsed => Run(context, parsed.GetRequiredValue(model), parsed.GetValue(json)));
        return command;
    }

    private static int Run(CommandContext context, string path, bool isJson)
    {
        Network network = ModelInput.Load(path, out string hash);
        var source = new ModelSource(path, null, new CompileOptions());
        Plan plan = BnnCompiler.Plan(network, CompileSettings.Of(source, []), context.Cancel);
        var report = new InspectReport(path, new FileInfo(path).Length, network, hash, plan);
        if (isJson)
            report.WriteJson(context.Out);
        else
            report.WriteText(context.OutConsole());
        return ExitCode.Ok;
    }
}
