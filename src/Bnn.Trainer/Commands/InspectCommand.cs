using System.CommandLine;
using Bnn.Generator.Compiler;
using Bnn.Generator.Compiler.Planning;
using Bnn.Trainer.Data;
using Bnn.Trainer.Plans;
using Bnn.Trainer.Reports;
using Bnn.Training;
using Spectre.Console;

namespace Bnn.Trainer.Commands;

/// <summary><c>bnn inspect</c>: what a model file holds, and what the generator will make of it.</summary>
internal static class InspectCommand
{
    /// <summary>The command, writing to <paramref name="context"/>.</summary>
    public static Command Create(CommandContext context)
    {
        Argument<string> model = CommonOptions.Model();
        var plan = new Option<bool>("--plan")
        {
            Description = "Show the plan instead: for each layer its lowering and estimated cycles, and what pruning it would bring",
        };
        var measure = new Option<bool>("--measure") { Description = "Compile the plan and measure it here, layer by layer; implies --plan" };
        Option<DataSet?> data = CommonOptions.MeasuredData();
        Option<string?> goal = CommonOptions.Goal(), lowering = CommonOptions.Lowering();
        Option<bool> json = CommonOptions.Json();
        Option<string?> dataDir = CommonOptions.DataDir();
        Option<bool> offline = CommonOptions.Offline();
        var command = new CommandWithExamples("inspect", "Shows what a model holds and what it will compile to.",
        [
            "bnn inspect runs/fashion",
            "bnn inspect model.bnn --json",
            "bnn inspect runs/fashion --plan",
            "bnn inspect runs/fashion --measure --data fashion-mnist",
            "bnn inspect model.bnn --measure --goal Throughput",
        ])
        {
            model, plan, measure, data, goal, lowering, json, dataDir, offline,
        };
        command.SetAction(parsed => Run(context, new(
            parsed.GetRequiredValue(model), parsed.GetValue(plan), parsed.GetValue(measure), parsed.GetValue(json),
            new CompileOptions { ClassName = "Model", Goal = parsed.GetValue(goal), Lowering = parsed.GetValue(lowering) },
            parsed.GetValue(data) is { } set ? (set, DataAccess.Of(context, parsed.GetValue(dataDir), parsed.GetValue(offline))) : null)));
        return command;
    }

    private sealed record Wish(string Model, bool Plan, bool Measure, bool Json, CompileOptions Options, (DataSet Set, DataAccess Access)? Data);

    private static int Run(CommandContext context, Wish wish)
    {
        if (wish.Data is not null && !wish.Measure)
            throw new UsageException("--data tells which images to measure with, so it needs --measure.");
        CompileSettings settings = CommonOptions.Settings(new ModelSource(wish.Model, null, wish.Options));
        var model = ModelInput.Load(wish.Model);
        Plan plan = BnnCompiler.Plan(model.Network, settings, context.Cancel);
        if (!wish.Plan && !wish.Measure)
        {
            var facts = new InspectReport(model, new FileInfo(model.Path).Length, plan);
            return Show(facts.WriteJson, facts.WriteText);
        }
        PlanMeasurement? measured = wish.Measure ? PlanMeasurement.Of(plan, settings, model, Images(model, wish), context.Cancel) : null;
        var report = new PlanReport(model, plan, PlanCosts.Of(plan), new PruningCosts(plan, settings, context.Cancel).All(), measured);
        return Show(report.WriteJson, report.WriteText);

        int Show(Action<TextWriter> writeJson, Action<IAnsiConsole> writeText)
        {
            if (wish.Json)
                writeJson(context.Out);
            else
                writeText(context.OutConsole());
            return ExitCode.Ok;
        }
    }

    private static MeasuredImages Images(ModelInput model, Wish wish)
    {
        if (wish.Data is not { } data)
            return MeasuredImages.Noise(model.Network);
        LabeledImages images = data.Set.ReadSplit(data.Set.UsualSplit, data.Access, ModelInterface.Of(model));
        return MeasuredImages.Of(images, data.Set.UsualSplit);
    }
}
