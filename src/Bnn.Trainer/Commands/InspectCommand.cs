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
            "bnn inspect runs/fashion",
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
        var model = ModelInput.Load(path);
        var report = new InspectReport(model, new FileInfo(model.Path).Length, Plan(model.Network, model.Path, context.Cancel));
        if (isJson)
            report.WriteJson(context.Out);
        else
            report.WriteText(context.OutConsole());
        return ExitCode.Ok;
    }

    /// <summary>What the generator makes of a network with the usual settings.</summary>
    public static Plan Plan(Network network, string path, CancellationToken cancel) =>
        BnnCompiler.Plan(network, CompileSettings.Of(new ModelSource(path, null, new CompileOptions()), []), cancel);
}
